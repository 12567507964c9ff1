// Faults of a wiring that somebody made by hand, each called by its name: one small check per fault, all in one table.
// They are reported and nothing more: what is written, and whether it may be, is decided elsewhere.
import { posix } from 'node:path';
import type { FindingCode } from '../../api/findings.ts';
import {
  EXCLUDE_OUTBOUND_RANGES,
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_RANGES,
  INTERCEPTION_MODE,
  MERGE_METRICS,
  REWRITE_PROBES,
  USER_VOLUME_MOUNT,
} from '../../api/istio-names.ts';
import { isPathAtOrBelow, mountAbove } from '../kubernetes/mounts.ts';
import { NOTHING, type Assessment } from '../model/assessment.ts';
import { readWiring, type Wiring, type WiringInput } from './wiring.ts';

/** What the agent reads as its own input (pkg/security/security.go); below /etc/certs it does not look. */
const AGENT_INPUT = { exact: '/etc/certs', tree: '/var/run/secrets/workload-spiffe-credentials' } as const;

/** Volumes of Istio's injection template. */
const INJECTED_VOLUMES: ReadonlySet<string> = new Set([
  'workload-socket',
  'credential-socket',
  'workload-certs',
  'istio-envoy',
  'istio-data',
  'istio-podinfo',
  'istio-token',
  'istiod-ca-cert',
  'istio-ca-crl',
]);

/** What is wrong, as whole sentences; nothing where all is well. */
type Check = (wiring: Wiring) => readonly string[];

const CHECKS: readonly { readonly code: FindingCode; readonly check: Check }[] = [
  { code: 'OutputDirectoryIsInput', check: outputIsInput },
  { code: 'OutputDirectoryNotMounted', check: outputNotMounted },
  { code: 'OutputDirectoryReadOnly', check: outputReadOnly },
  { code: 'OutputVolumeUndeclared', check: volumeUndeclared },
  { code: 'OutputVolumeOnDisk', check: volumeOnDisk },
  { code: 'OutputVolumeNotShared', check: volumeNotShared },
  { code: 'VolumeNameOfInjector', check: volumeNameOfInjector },
  { code: 'TlsFilesElsewhere', check: tlsFilesElsewhere },
  { code: 'InterceptionOn', check: interceptionOn },
  { code: 'MetricsMerged', check: metricsMerged },
  { code: 'ProbesRewritten', check: probesRewritten },
  { code: 'CapturePortsIgnored', check: capturePortsIgnored },
];

/** Every code that a wiring can show. */
export const WIRING_FAULTS: readonly FindingCode[] = CHECKS.map(({ code }) => code);

/** The faults of a template that writes certificates, with what prometheus.yaml names; none where nobody wired it. */
export function assessHandWiring(input: WiringInput): Assessment {
  const wiring = readWiring(input);
  if (wiring === undefined) return NOTHING;
  const { target } = input.workload;
  const findings = CHECKS.flatMap(({ code, check }) =>
    check(wiring).map((message) => ({ code, target, message })),
  );
  return { ...NOTHING, findings };
}

function outputIsInput({ outputDirectory }: Wiring): readonly string[] {
  if (outputDirectory !== AGENT_INPUT.exact && !isPathAtOrBelow(outputDirectory, AGENT_INPUT.tree)) return [];
  return [
    `OUTPUT_CERTS is ${outputDirectory}, where the agent of istio-proxy looks for certificates to use: before Istio 1.9 it then read back its own and renewed nothing, and a root that lies there can still keep it from istiod. Write to a directory of its own, such as /etc/istio-output-certs.`,
  ];
}

function outputNotMounted({ outputDirectory, output }: Wiring): readonly string[] {
  if (output !== undefined) return [];
  return [
    `OUTPUT_CERTS is ${outputDirectory}, but ${USER_VOLUME_MOUNT} mounts nothing there: no file is written, and from Istio 1.12 on istio-proxy never becomes ready. Mount the volume at ${outputDirectory}.`,
  ];
}

function outputReadOnly({ outputDirectory, output }: Wiring): readonly string[] {
  if (output === undefined) return [];
  const { name, readOnly } = output.mount;
  if (output.source === 'readOnly') {
    return [
      `istio-proxy is to write to ${outputDirectory}, but volume ${name} there is made from ${output.kind}, which nobody can write to. Take an emptyDir with medium: Memory.`,
    ];
  }
  if (!readOnly) return [];
  return [
    `${USER_VOLUME_MOUNT} mounts ${name} read-only, so istio-proxy cannot write to ${outputDirectory}. Leave readOnly out there; it belongs to the mount of Prometheus.`,
  ];
}

function volumeUndeclared({ output }: Wiring): readonly string[] {
  if (output?.source !== 'undeclared') return [];
  return [
    `${USER_VOLUME_MOUNT} mounts ${output.mount.name}, a volume that the template does not declare: the API server refuses the pod. Declare it as an emptyDir with medium: Memory.`,
  ];
}

function volumeOnDisk({ output }: Wiring): readonly string[] {
  if (output?.source !== 'disk') return [];
  return [
    `Volume ${output.mount.name} is ${output.kind}, so the private key is written to a disk of the node. Take an emptyDir with medium: Memory.`,
  ];
}

function volumeNotShared({ output, container }: Wiring): readonly string[] {
  if (output === undefined || output.directories.length > 0 || output.source === 'undeclared') return [];
  return [
    `istio-proxy writes to volume ${output.mount.name}, which container ${container.name} does not mount: Prometheus never sees the files. Mount it there, read-only.`,
  ];
}

function volumeNameOfInjector({ output }: Wiring): readonly string[] {
  const name = output?.mount.name ?? '';
  if (name === 'istio-certs') {
    return [
      'The volume is called istio-certs, as is the one that Istio adds itself where values.global.mountMtlsCerts is set: pods would then fail. Give it another name.',
    ];
  }
  if (!INJECTED_VOLUMES.has(name)) return [];
  return [`The volume is called ${name}, as is one that Istio adds to every pod. Give it another name.`];
}

/** Files with Istio's names in a job of the main file or of an included one. */
const ISTIO_FILE_OF_JOB = /^(?:data\[.*\]\.)?scrape_configs\[/;
const ISTIO_FILE = /\/(?:root-cert|cert-chain|key)\.pem$/;

function tlsFilesElsewhere({ files, output, container, workload }: Wiring): readonly string[] {
  const sentences = files
    .filter(({ path, file }) => ISTIO_FILE_OF_JOB.test(path) && ISTIO_FILE.test(file))
    .flatMap(({ path, file }) => {
      const directory = posix.dirname(file);
      const mount = mountAbove(container.volumeMounts ?? [], file);
      if (mount === undefined) {
        return [
          `${path} reads ${directory}, where container ${container.name} mounts nothing.${outputPlace(output)}`,
        ];
      }
      const volume = workload.template.spec.volumes?.find(({ name }) => name === mount.name);
      const places = output?.directories ?? [];
      if (volume?.emptyDir === undefined || places.length === 0 || places.includes(directory)) return [];
      return [
        `${path} reads ${directory} in volume ${mount.name}, where istio-proxy writes no certificates.${outputPlace(output)}`,
      ];
    });
  return [...new Set(sentences)];
}

function outputPlace(output: Wiring['output']): string {
  const [directory] = output?.directories ?? [];
  return directory === undefined ? '' : ` They are in ${directory}.`;
}

function interceptionOn({ annotations }: Wiring): readonly string[] {
  if (annotations[INTERCEPTION_MODE] === 'NONE') return [];
  const excludesAll = (annotations[EXCLUDE_OUTBOUND_RANGES] ?? '')
    .split(',')
    .some((range) => range.trim() === '0.0.0.0/0');
  const on = [
    ...(annotations[INCLUDE_INBOUND_PORTS] === '' ? [] : [INCLUDE_INBOUND_PORTS]),
    ...(annotations[INCLUDE_OUTBOUND_RANGES] === '' || excludesAll ? [] : [INCLUDE_OUTBOUND_RANGES]),
  ];
  if (on.length === 0) return [];
  const keys = on.join(' and ');
  return [
    `istio-proxy still intercepts traffic, while Prometheus scrapes pods by their addresses: set ${keys} to the empty string.`,
  ];
}

function metricsMerged({ annotations }: Wiring): readonly string[] {
  if (annotations[MERGE_METRICS] === 'false') return [];
  if (annotations['prometheus.io/scrape'] === 'false') return [];
  return [
    `The injector points the pod's prometheus.io annotations at its own agent, where Prometheus' metrics are merged with those of the proxy. Set ${MERGE_METRICS} to "false".`,
  ];
}

function probesRewritten({ annotations, workload }: Wiring): readonly string[] {
  const asked = annotations[REWRITE_PROBES];
  if (asked === 'false') return [];
  const probed = workload.template.spec.containers.find(({ livenessProbe, readinessProbe, startupProbe }) =>
    [livenessProbe, readinessProbe, startupProbe].some((probe) => probe?.httpGet !== undefined),
  );
  if (probed === undefined) return [];
  return [
    `The injector sends the probes of container ${probed.name} through its own agent, so the health of Prometheus hangs on istio-proxy. Set ${REWRITE_PROBES} to "false".`,
  ];
}

function capturePortsIgnored({ proxyMetadata }: Wiring): readonly string[] {
  if (proxyMetadata['INBOUND_CAPTURE_PORTS'] === undefined) return [];
  return [
    `proxyMetadata.INBOUND_CAPTURE_PORTS has no effect: no part of Istio reads it. The annotation ${INCLUDE_INBOUND_PORTS}: "" turns inbound interception off.`,
  ];
}
