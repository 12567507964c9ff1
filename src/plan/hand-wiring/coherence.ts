// What keeps certificates from arriving: faults of a wiring with which Prometheus reads no file that is renewed.
// Everything else that may be wrong with one is a finding, see findings.ts.
import { USER_VOLUME_MOUNT } from '../../api/istio-names.ts';
import type { FindingCode } from '../../api/findings.ts';
import { isPathAtOrBelow } from '../kubernetes/mounts.ts';
import type { Wiring } from './wiring.ts';

/** What is wrong, as whole sentences; nothing where all is well. */
export type CoherenceCheck = (wiring: Wiring) => readonly string[];

/** Files that lie here are served by the agent as they are: it asks no CA and writes nothing (pkg/security/security.go). */
const SERVED_FILES = '/var/run/secrets/workload-spiffe-credentials';

/** What it looks into before it asks a CA; below it does not look. */
export const AGENT_INPUT = '/etc/certs';

export const COHERENCE_CHECKS: readonly { readonly code: FindingCode; readonly check: CoherenceCheck }[] = [
  { code: 'OutputDirectoryNotMounted', check: outputNotMounted },
  { code: 'OutputDirectoryReadOnly', check: outputReadOnly },
  { code: 'OutputVolumeUndeclared', check: volumeUndeclared },
  { code: 'OutputVolumeNotShared', check: volumeNotShared },
  { code: 'OutputDirectoryIsInput', check: servedFiles },
];

/** Every sentence; none: what istio-proxy writes is what Prometheus can read. */
export function incoherenceOf(wiring: Wiring): readonly string[] {
  return COHERENCE_CHECKS.flatMap(({ check }) => check(wiring));
}

/** What the agent reads as its own input is nothing to write to. */
export function isAgentInput(directory: string): boolean {
  return directory === AGENT_INPUT || isPathAtOrBelow(directory, SERVED_FILES);
}

function servedFiles({ outputDirectory }: Wiring): readonly string[] {
  if (!isPathAtOrBelow(outputDirectory, SERVED_FILES)) return [];
  return [
    `OUTPUT_CERTS is ${outputDirectory}, from which the agent takes its own certificate, so it writes none. Write to a directory of its own, such as /etc/istio-output-certs.`,
  ];
}

function outputNotMounted({ outputDirectory, output, origin }: Wiring): readonly string[] {
  if (output !== undefined) return [];
  const what = origin === 'Container' ? 'container istio-proxy' : USER_VOLUME_MOUNT;
  return [
    `OUTPUT_CERTS is ${outputDirectory}, but ${what} mounts nothing there: no file is written, and from Istio 1.12 on istio-proxy never becomes ready. Mount the volume at ${outputDirectory}.`,
  ];
}

function outputReadOnly({ outputDirectory, output, origin }: Wiring): readonly string[] {
  if (output === undefined) return [];
  const { name, readOnly } = output.mount;
  if (output.source === 'readOnly') {
    return [
      `istio-proxy is to write to ${outputDirectory}, but volume ${name} there is made from ${output.kind}, which nobody can write to. Use an emptyDir with medium: Memory.`,
    ];
  }
  if (readOnly !== true) return [];
  const what = origin === 'Container' ? 'Container istio-proxy' : USER_VOLUME_MOUNT;
  return [
    `${what} mounts ${name} read-only, so istio-proxy cannot write to ${outputDirectory}. Remove readOnly there; it belongs to the mount of Prometheus.`,
  ];
}

function volumeUndeclared({ output }: Wiring): readonly string[] {
  if (output?.source !== 'undeclared') return [];
  return [
    `istio-proxy mounts ${output.mount.name}, a volume that the template does not declare: the API server refuses the pod. Declare it as an emptyDir with medium: Memory.`,
  ];
}

function volumeNotShared({ output, container }: Wiring): readonly string[] {
  if (output === undefined || output.directories.length > 0 || output.source === 'undeclared') return [];
  return [
    `istio-proxy writes to volume ${output.mount.name}, which container ${container.name} does not mount: Prometheus never sees the files. Mount it there, read-only.`,
  ];
}
