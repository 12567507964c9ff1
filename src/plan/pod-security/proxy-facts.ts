// What is known of the containers that the injector adds: whether the CNI plugin does the redirection, and whether they
// carry a seccompProfile. From istiod's values and from injected pods; what is not known is undefined.
import { isMap, mapAt, textAt, type JsonMap } from '../../api/json-map.ts';
import type { ConfigMap, Pod } from '../../api/kubernetes.ts';

export interface ProxyFacts {
  /** The CNI plugin redirects, so that no container asks for NET_ADMIN. */
  readonly hasCni: boolean | undefined;
  /** The injected containers carry a seccompProfile of their own. */
  readonly hasSeccomp: boolean | undefined;
}

/** Takes the place of istio-init where the CNI plugin does its work. */
const VALIDATION = 'istio-validation';
/** The first minor version of Istio 1 that reads `global.proxy.seccompProfile`. */
const SECCOMP_MINOR = 28;

/** From istiod's ConfigMap, where it could be read, and from pods of the namespace. */
export function proxyFacts(configMap: ConfigMap | undefined, pods: readonly Pod[]): ProxyFacts {
  const values = readValues(configMap?.data?.['values'] ?? '');
  const hasValidation = pods.some(({ spec }) =>
    (spec.initContainers ?? []).some(({ name }) => name === VALIDATION),
  );
  return {
    hasCni: hasValidation ? true : values && cniOf(values),
    hasSeccomp: values && isSeccompProfile(seccompOf(values)),
  };
}

/** What `restricted` takes for a profile. */
export function isSeccompProfile(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function readValues(text: string): JsonMap | undefined {
  try {
    const values: unknown = JSON.parse(text);
    return isMap(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

/** `pilot.cni` since 1.22, `istio_cni` from 1.12 to 1.23. Values with neither say nothing. */
function cniOf(values: JsonMap): boolean | undefined {
  const said = [mapAt(mapAt(values, 'pilot'), 'cni'), mapAt(values, 'istio_cni')].flatMap(({ enabled }) =>
    typeof enabled === 'boolean' ? [enabled] : [],
  );
  return said.length === 0 ? undefined : said.includes(true);
}

function seccompOf(values: JsonMap): string | undefined {
  const global = mapAt(values, 'global');
  const version = /^1\.(\d+)\./.exec(textAt(global, 'tag') ?? '')?.[1];
  if (version !== undefined && Number(version) < SECCOMP_MINOR) return undefined;
  return textAt(mapAt(mapAt(global, 'proxy'), 'seccompProfile'), 'type');
}
