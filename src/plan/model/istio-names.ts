// Labels and annotations of Istio, each spelled once.

/** Label (and, up to Istio 1.11, annotation) by which a pod asks for a proxy. */
export const INJECT = 'sidecar.istio.io/inject';
/** Label by which a pod or namespace asks for the proxy of a revision or tag. */
export const REVISION = 'istio.io/rev';
/** Label by which a namespace asks for proxies. */
export const NAMESPACE_INJECTION = 'istio-injection';
/** Annotation of the injector: what it did to the pod. */
export const INJECTION_STATUS = 'sidecar.istio.io/status';

export const INCLUDE_INBOUND_PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';
export const INCLUDE_OUTBOUND_RANGES = 'traffic.sidecar.istio.io/includeOutboundIPRanges';
export const INCLUDE_OUTBOUND_PORTS = 'traffic.sidecar.istio.io/includeOutboundPorts';
export const REWRITE_PROBES = 'sidecar.istio.io/rewriteAppHTTPProbers';
export const MERGE_METRICS = 'prometheus.istio.io/merge-metrics';
export const PROXY_CONFIG = 'proxy.istio.io/config';
export const USER_VOLUME = 'sidecar.istio.io/userVolume';
export const USER_VOLUME_MOUNT = 'sidecar.istio.io/userVolumeMount';
