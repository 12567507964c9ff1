// Labels and annotations of Istio, and its other names, each spelled once. Its kinds are in kinds.ts.

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
export const INTERCEPTION_MODE = 'sidecar.istio.io/interceptionMode';
export const EXCLUDE_OUTBOUND_RANGES = 'traffic.sidecar.istio.io/excludeOutboundIPRanges';

/** Label that the injector gives every pod: whether clients may talk mutual TLS to it. */
export const TLS_MODE = 'security.istio.io/tlsMode';
/** Label by which a pod or namespace chooses between a proxy and ambient. */
export const DATAPLANE_MODE = 'istio.io/dataplane-mode';
/** Annotation of istio-cni: ambient handles the pod. */
export const AMBIENT_REDIRECTION = 'ambient.istio.io/redirection';
/** Label of a webhook configuration: the tag that it is for. */
export const REVISION_TAG = 'istio.io/tag';
/** How the name of a webhook that injects proxies ends. */
export const INJECTOR_WEBHOOK_SUFFIX = 'sidecar-injector.istio.io';

/** Type of the secrets that Citadel made for service accounts. */
export const CITADEL_SECRET_TYPE = 'istio.io/key-and-cert';
/** Types of the secrets of istiod's own CA, and of what signs webhooks. */
export const CA_ROOT_SECRET_TYPE = 'istio.io/ca-root';
export const WEBHOOK_SECRET_TYPE = 'istio.io/dns-key-and-cert';
