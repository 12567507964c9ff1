// What not every istio-proxy does: the one table of versions and modes, reported as findings. docs/ is made from it.
// Each bound was read in the sources of Istio's release tags; 1.9.4 is istio/istio#31531.
import { FINDINGS, type FindingCode } from '../../api/findings.ts';
import { AMBIENT_REDIRECTION, DATAPLANE_MODE, INJECTION_STATUS } from '../../api/istio-names.ts';
import type { Labels, Pod } from '../../api/kubernetes.ts';
import type { Finding } from '../model/finding.ts';
import type { Proxy } from './proxy.ts';

export interface ProxyGate {
  readonly code: FindingCode;
  /** The first version that it is true of; unset: every one. */
  readonly from?: string;
  /** The first version that it is no longer true of. A proxy whose version is unknown is taken for a newer one. */
  readonly before?: string;
  /** What else has to be so, in words and as code. */
  readonly where?: { readonly words: string; readonly holds: (proxy: Proxy) => boolean };
}

/** The user of istio-proxy. */
const PROXY_USER = 1337;

export const PROXY_GATES: readonly ProxyGate[] = [
  {
    code: 'FilesUnreadable',
    from: '1.9.0',
    before: '1.9.4',
    where: {
      words: 'Prometheus runs as another user than 1337',
      holds: (proxy) => proxy.prometheusUser !== PROXY_USER,
    },
  },
  { code: 'ReadinessProvesNothing', before: '1.12.0' },
  {
    code: 'NeverRenewedWithoutEnvoy',
    from: '1.11.0',
    before: '1.14.0',
    where: { words: '`DISABLE_ENVOY` is true', holds: (proxy) => !proxy.hasEnvoy },
  },
  {
    code: 'CertificatesFromSocket',
    from: '1.14.0',
    where: {
      words: "`WORKLOAD_IDENTITY_SOCKET_FILE`, or a volume at workload-spiffe-uds that is not Istio's",
      holds: (proxy) => proxy.usesForeignSocket,
    },
  },
  {
    code: 'CertificatesFromFiles',
    where: {
      words: "`FILE_MOUNTED_CERTS`, or a volume at workload-spiffe-credentials that is not Istio's",
      holds: (proxy) => proxy.usesMountedFiles,
    },
  },
  {
    code: 'ProxyVersionUnknown',
    where: { words: 'the tag of its image is no version', holds: (proxy) => proxy.version === undefined },
  },
];

/** True if the gate of that code is met: what readiness is worth is a question of stage 3 too. */
export function meetsGate(code: FindingCode, proxy: Proxy): boolean {
  return PROXY_GATES.some((gate) => gate.code === code && isMet(gate, proxy));
}

/** One finding about `target`, the workload, for each gate that a proxy of its meets, with the first such pod. */
export function proxyFindings(
  target: string,
  proxies: readonly Proxy[],
  trustReadiness: boolean,
): readonly Finding[] {
  const sorted = proxies.toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
  // Somebody has checked the files and says so.
  const gates = PROXY_GATES.filter(({ code }) => !trustReadiness || code !== 'ReadinessProvesNothing');
  return gates.flatMap((gate) => {
    const proxy = sorted.find((each) => isMet(gate, each));
    if (proxy === undefined) return [];
    const which = proxy.version === undefined ? 'istio-proxy' : `istio-proxy ${proxy.version}`;
    return [gateFinding(target, gate.code, `${proxy.pod} (${which})`)];
  });
}

/** A pod that the ambient mesh has, or is asked to have, and that has no sidecar to keep it out. */
export function ambientFindings(
  target: string,
  pods: readonly Pod[],
  namespaceLabels: Labels,
): readonly Finding[] {
  const captured = pods
    .map(({ metadata }) => metadata)
    .filter((metadata) => isAmbient(metadata, namespaceLabels));
  const [first] = captured.map(({ name }) => name).toSorted();
  return first === undefined ? [] : [gateFinding(target, 'AmbientMesh', first)];
}

/** What istio-cni selects by default: the pod's own label counts before its namespace's. */
function isAmbient({ labels = {}, annotations = {} }: Pod['metadata'], namespaceLabels: Labels): boolean {
  if (annotations[INJECTION_STATUS] !== undefined) return false;
  const mode = labels[DATAPLANE_MODE] ?? namespaceLabels[DATAPLANE_MODE];
  return annotations[AMBIENT_REDIRECTION] === 'enabled' || mode === 'ambient';
}

function gateFinding(target: string, code: FindingCode, subject: string): Finding {
  const { meaning, fix } = FINDINGS[code];
  return { code, target, message: `${subject}: ${meaning} ${fix}` };
}

function isMet({ from, before, where }: ProxyGate, proxy: Proxy): boolean {
  const { version } = proxy;
  if (before !== undefined && (version === undefined || !isVersionBefore(version, before))) return false;
  if (from !== undefined && version !== undefined && isVersionBefore(version, from)) return false;
  return where?.holds(proxy) ?? true;
}

/** A missing patch level counts as 0. */
export function isVersionBefore(version: string, bound: string): boolean {
  const [numbers, bounds] = [version, bound].map((each) => each.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const [number, other] = [numbers?.[index] ?? 0, bounds?.[index] ?? 0];
    if (number !== other) return number < other;
  }
  return false;
}
