// What the readiness of an istio-proxy is worth: from 1.12 on its probe answers only once the files exist.
import { meetsGate } from './proxy-versions.ts';
import type { Proxy } from './proxy.ts';

/** Why a ready proxy proves no files that are renewed; `undefined`: it does. */
export function whyUnproven(proxy: Proxy, trustReadiness: boolean): string | undefined {
  const { pod, version, computedOutput, hasReadinessProbe } = proxy;
  if (computedOutput !== undefined) {
    return `OUTPUT_CERTS of istio-proxy in ${pod} comes from ${computedOutput}, so where it writes is not known: give it a plain value`;
  }
  if (meetsGate('NeverRenewedWithoutEnvoy', proxy)) {
    return `istio-proxy ${version ?? ''} in ${pod} runs without Envoy, and before 1.14 such a proxy renews nothing: take DISABLE_ENVOY away, or upgrade Istio`;
  }
  if (!hasReadinessProbe) {
    return `istio-proxy in ${pod} has no readiness probe, so its readiness does not prove that the files exist: give it the one of the injector (httpGet /healthz/ready on port 15021)`;
  }
  if (meetsGate('ReadinessProvesNothing', proxy) && !trustReadiness) {
    return `istio-proxy ${version ?? ''} is ready before its files exist (1.12 is the first where readiness proves them): check the files, then set spec.certificates.trustReadiness`;
  }
  return undefined;
}
