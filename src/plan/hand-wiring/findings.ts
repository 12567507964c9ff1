// Faults of a wiring that somebody made by hand, each called by its name: one small check per fault, all in one table.
// They are reported and nothing more: what is written, and whether it may be, is decided elsewhere.
import { posix } from 'node:path';
import type { FindingCode } from '../../api/findings.ts';
import type { Pod } from '../../api/kubernetes.ts';
import { bearsIstioName } from '../../edit/prometheus-yaml/jobs/istio-files.ts';
import type { NamedFile } from '../../edit/prometheus-yaml/jobs/named-files.ts';
import {
  EXCLUDE_OUTBOUND_RANGES,
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_RANGES,
  INTERCEPTION_MODE,
  MERGE_METRICS,
  PROXY_CONFIG,
  REWRITE_PROBES,
} from '../../api/istio-names.ts';
import { mountAbove } from '../kubernetes/mounts.ts';
import { NOTHING, type Assessment } from '../model/assessment.ts';
import { itemsOf } from '../model/observed.ts';
import { AGENT_INPUT, COHERENCE_CHECKS } from './coherence.ts';
import { isHandMade, readWiring, type Wiring, type WiringInput } from './wiring.ts';

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

type Check = (checked: Checked) => readonly string[];

/** A wiring, and what prometheus.yaml names. */
interface Checked extends Wiring {
  readonly files: readonly NamedFile[];
}

const CHECKS: readonly { readonly code: FindingCode; readonly check: Check }[] = [
  { code: 'OutputDirectoryIsInput', check: outputIsInput },
  { code: 'OutputVolumeOnDisk', check: volumeOnDisk },
  ...COHERENCE_CHECKS,
  { code: 'VolumeNameOfInjector', check: volumeNameOfInjector },
  { code: 'TlsFilesElsewhere', check: tlsFilesElsewhere },
  { code: 'HoldMissing', check: holdMissing },
  { code: 'InterceptionOn', check: interceptionOn },
  { code: 'MetricsMerged', check: metricsMerged },
  { code: 'ProbesRewritten', check: probesRewritten },
  { code: 'CapturePortsIgnored', check: capturePortsIgnored },
];

/** Every code that a wiring can show. */
export const WIRING_FAULTS: readonly FindingCode[] = [...new Set(CHECKS.map(({ code }) => code))];

/** The faults of a template that writes certificates, with what prometheus.yaml names; none where nobody wired it. */
export function assessHandWiring(input: WiringInput & Pick<Checked, 'files'>): Assessment {
  const wiring = readWiring(input);
  if (wiring === undefined || wiring.origin === 'Mesh') return NOTHING;
  const { target } = input.workload;
  const findings = CHECKS.flatMap(({ code, check }) =>
    check({ ...wiring, files: input.files }).map((message) => ({ code, target, message })),
  );
  return { ...NOTHING, findings };
}

function outputIsInput({ outputDirectory }: Wiring): readonly string[] {
  if (outputDirectory !== AGENT_INPUT) return [];
  return [
    `OUTPUT_CERTS is ${outputDirectory}, where the agent of istio-proxy looks for certificates to use: before Istio 1.9 it then read back its own and renewed nothing, and a root that lies there can still keep it from istiod. Write to a directory of its own, such as /etc/istio-output-certs.`,
  ];
}

function volumeOnDisk({ output }: Wiring): readonly string[] {
  if (output?.source !== 'disk') return [];
  return [
    `Volume ${output.mount.name} is ${output.kind}, so the private key is written to a disk of the node. Use an emptyDir with medium: Memory.`,
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

function tlsFilesElsewhere({ files, output, container, workload }: Checked): readonly string[] {
  const sentences = files
    .filter(({ path, file }) => ISTIO_FILE_OF_JOB.test(path) && bearsIstioName(file))
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

/** A native sidecar is waited for by kubelet. */
function holdMissing(wiring: Wiring): readonly string[] {
  if (isHandMade(wiring) || wiring.holds || itemsOf(wiring.workload.pods).some(isNative)) return [];
  return [
    `Prometheus may start before its certificates exist, and drops a job in silence whose files are missing. Set holdApplicationUntilProxyStarts: true in annotation ${PROXY_CONFIG}.`,
  ];
}

function isNative({ spec }: Pod): boolean {
  return spec.initContainers?.some(({ name }) => name === 'istio-proxy') === true;
}

function interceptionOn(wiring: Wiring): readonly string[] {
  const { annotations } = wiring;
  if (isHandMade(wiring)) return [];
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

function metricsMerged(wiring: Wiring): readonly string[] {
  const { annotations } = wiring;
  if (isHandMade(wiring)) return [];
  if (annotations[MERGE_METRICS] === 'false') return [];
  if (annotations['prometheus.io/scrape'] === 'false') return [];
  return [
    `The injector points the pod's prometheus.io annotations at its own agent, where Prometheus' metrics are merged with those of the proxy. Set ${MERGE_METRICS} to "false".`,
  ];
}

function probesRewritten(wiring: Wiring): readonly string[] {
  const { annotations, workload } = wiring;
  if (isHandMade(wiring)) return [];
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
