// Situations of prometheus.yaml and of what leads to it.
import { configMap } from '../../support/config-map.ts';
import { scrape } from '../../support/scrape.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { ABSENT, configured, legacy, rolled, seenLongAgo } from '../world.ts';
import type { Situations } from './situation.ts';

const INLINE = `${REWRITTEN_YAML}- job_name: inline
  tls_config:
    ca: PEM
    cert_file: /etc/certs/cert-chain.pem
    key_file: /etc/certs/key.pem
`;
const PLAIN = 'scrape_configs:\n- job_name: plain\n';
/** A resource whose grace is over. */
const seenWith = (spec: Parameters<typeof scrape>[0]) => scrape(spec, { status: { observedGeneration: 1 } });
const elsewhere = wired({
  spec: {
    template: {
      ...wired().spec.template,
      spec: {
        ...wired().spec.template.spec,
        containers: wired().spec.template.spec.containers.map((each) => ({
          ...each,
          args: ['--config.file=/elsewhere/prometheus.yaml'],
        })),
      },
    },
  },
});

export const CONFIG_SITUATIONS = {
  ConfigMapNotResolved: [
    {
      name: '--config.file lies in no volume',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(elsewhere),
    },
  ],
  ConfigMapNotFound: [
    {
      name: 'the ConfigMap is not there',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...rolled(wired(), { configMaps: { prometheus: ABSENT } }), ...seenLongAgo },
    },
    {
      name: 'the ConfigMap is not there, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: rolled(wired(), { configMaps: { prometheus: ABSENT } }),
    },
  ],
  ConfigMapKeyNotFound: [
    {
      name: 'the ConfigMap has another key only',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...configured(configMap('', { data: { 'rules.yaml': '' } })), ...seenLongAgo },
    },
    {
      name: 'the ConfigMap has another key only, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: configured(configMap('', { data: { 'rules.yaml': '' } })),
    },
  ],
  RecordTooLarge: [
    {
      name: 'the ConfigMap has no room for the record',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: configured(configMap(undefined, { metadata: { annotations: { team: 'x'.repeat(262_000) } } })),
    },
    {
      name: 'the StatefulSet has no room for the record',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        ...legacy,
        statefulSet: statefulSet({ metadata: { annotations: { team: 'x'.repeat(262_100) } } }),
      },
    },
  ],
  ConfigMapImmutable: [
    {
      name: 'the ConfigMap is immutable and differs',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: configured(configMap(undefined, { immutable: true })),
    },
  ],
  KeyInBinaryData: [
    {
      name: 'the key is in binaryData',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: configured(configMap('', { data: {}, binaryData: { 'prometheus.yaml': '' } })),
    },
  ],
  ConfigUnparsable: [
    {
      name: 'the file is no YAML',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: configured('a: ['),
    },
  ],
  JobsNotFound: [
    {
      name: 'spec.config.jobs names a job that is not in the file',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...configured(PROMETHEUS_YAML), resource: seenWith({ config: { jobs: ['istio-.*'] } }) },
    },
    {
      name: 'the same while the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...configured(PROMETHEUS_YAML), resource: scrape({ config: { jobs: ['istio-.*'] } }) },
    },
  ],
  NoJobs: [
    {
      name: 'no job reads files of Istio',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...configured(PLAIN), ...seenLongAgo },
    },
    {
      name: 'no job reads files of Istio, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: configured(PLAIN),
    },
  ],
  IncludedFilesNotSeen: [
    {
      name: 'no job of what can be seen reads files of Istio',
      on: 'ConfigRewritten',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...configured(`scrape_config_files: [/more/*.yaml]\n${PLAIN}`), ...seenLongAgo },
    },
    {
      name: 'the same, as Ready says it',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...configured(`scrape_config_files: [/more/*.yaml]\n${PLAIN}`), ...seenLongAgo },
    },
  ],
  JobsRefused: [
    {
      name: 'one job has its certificate inline',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Failed',
      seen: configured(INLINE),
    },
  ],
} as const satisfies Situations;
