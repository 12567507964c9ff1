// Advice about prometheus.yaml and about the way that leads to it.
import type { Container, Volume } from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { configMap } from '../../../support/config-map.ts';
import { scrape } from '../../../support/scrape.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../../support/world.ts';
import { ABSENT } from '../../../report/world.ts';
import {
  both,
  configMapOf,
  container,
  newConfigMap,
  prometheusYaml,
  resource,
  template,
  type Change,
} from '../changes.ts';
import type { AdviceRow } from '../row.ts';
import { legacyWith } from '../worlds.ts';

const legacyText = (text: string) =>
  legacyWith(statefulSet(), { configMaps: { prometheus: present(configMap(text)) } });
const given = (set: object): Change =>
  resource(({ config }) => ({ config: { ...config, configMap: { ...config.configMap, ...set } } }));

/** The way from the container's arguments to a ConfigMap is not clear. */
function unclear(name: string, change: Partial<Container>, volume?: Volume): AdviceRow {
  const of = statefulSet();
  const { template: before } = of.spec;
  const after = container('prometheus', (each) => ({ ...each, ...change }))(before);
  const volumes = (after.spec.volumes ?? []).map((each) => (each.name === volume?.name ? volume : each));
  const spec = { ...of.spec, template: { ...after, spec: { ...after.spec, volumes } } };
  return {
    code: 'ConfigMapNotResolved',
    name,
    seen: legacyWith({ ...of, spec }),
    advice: [
      {
        words: 'set spec.config.configMap.name and .key if a ConfigMap holds it after all',
        change: given({ name: 'prometheus', key: 'prometheus.yaml' }),
      },
    ],
  };
}

const mounts = (config: object): Partial<Container> => ({
  volumeMounts: [
    { name: 'config', mountPath: '/etc/prometheus', ...config },
    { name: 'istio-certs', mountPath: '/etc/certs', readOnly: true },
  ],
});

/** A text that cannot be edited, and what it is once the words were followed. */
function unparsable(name: string, before: string, words: string): AdviceRow {
  return {
    code: 'ConfigUnparsable',
    name,
    seen: legacyText(before),
    advice: [{ words, change: prometheusYaml(() => PROMETHEUS_YAML) }],
  };
}

const keys = { 'rules.yaml': 'groups: []', 'prom.yml': PROMETHEUS_YAML };
const volumesAre = (config: Volume) =>
  template(({ spec, ...rest }) => ({
    ...rest,
    spec: {
      ...spec,
      volumes: (spec.volumes ?? []).map((each) => (each.name === 'config' ? config : each)),
    },
  }));
const argument = (path: string) =>
  template(container('prometheus', (each) => ({ ...each, args: [`--config.file=${path}`] })));

const jobs = (...names: readonly string[]): Change =>
  resource(({ config }) => ({ config: { ...config, jobs: names } }));
const BARE =
  'scrape_configs:\n- job_name: bare\n  scheme: https\n  tls_config: {insecure_skip_verify: true}\n';
const LEFT_OUT = `- job_name: left-out
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
    cert_file: /etc/certs/cert-chain.pem
    key_file: /etc/certs/key.pem
    insecure_skip_verify: true
`;
/** The second job reads a Secret of somebody else, mounted below. */
const foreign = () =>
  legacyWith(
    statefulSet({
      volumes: [{ name: 'corporate', secret: { secretName: 'corporate' } }],
      mounts: [{ name: 'corporate', mountPath: '/etc/corporate' }],
    }),
    {
      configMaps: {
        prometheus: present(
          configMap(`${PROMETHEUS_YAML}${LEFT_OUT.replaceAll('/etc/certs/', '/etc/corporate/')}`),
        ),
      },
    },
  );

export const CONFIG_ADVICE: readonly AdviceRow[] = [
  unclear('--config.file lies in no volume', { args: ['--config.file=/elsewhere/prometheus.yaml'] }),
  unclear('it is in a Secret', {}, { name: 'config', secret: { secretName: 'config' } }),
  unclear('it is in an emptyDir that nobody is seen to fill', {}, { name: 'config', emptyDir: {} }),
  unclear(
    'it is mounted by subPath',
    mounts({ mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' }),
  ),
  unclear('a shell starts Prometheus', { command: ['sh', '-c', 'prometheus --config.file=/x'], args: [] }),
  unclear('--config.file is a variable', { args: ['--config.file=$(FILE)'] }),
  {
    code: 'ConfigMapNotFound',
    name: 'there is no ConfigMap of that name',
    seen: legacyWith(statefulSet(), { configMaps: { prometheus: ABSENT } }),
    advice: [
      {
        words: 'it is picked up when it appears',
        change: newConfigMap('prometheus', configMap()),
      },
    ],
  },
  {
    code: 'ConfigMapKeyNotFound',
    name: 'the ConfigMap has other keys only',
    seen: legacyWith(statefulSet(), {
      configMaps: { prometheus: present(configMap('', { data: keys })) },
    }),
    advice: [
      { words: 'set spec.config.configMap.key', change: given({ key: 'prom.yml' }) },
      { words: 'or correct --config.file', change: argument('/etc/prometheus/prom.yml') },
      {
        words: 'or the mount',
        change: volumesAre({
          name: 'config',
          configMap: { name: 'prometheus', items: [{ key: 'prom.yml', path: 'prometheus.yaml' }] },
        }),
      },
    ],
  },
  {
    code: 'KeyInBinaryData',
    name: 'the key is in binaryData',
    seen: legacyWith(statefulSet(), {
      configMaps: {
        prometheus: present(configMap('', { data: {}, binaryData: { 'prometheus.yaml': '' } })),
      },
    }),
    advice: [
      {
        words: 'move it to data',
        change: configMapOf('prometheus', (given) => ({
          ...given,
          binaryData: {},
          data: { 'prometheus.yaml': PROMETHEUS_YAML },
        })),
      },
    ],
  },
  {
    code: 'ConfigMapImmutable',
    name: 'the ConfigMap is immutable',
    seen: legacyWith(statefulSet(), {
      configMaps: { prometheus: present(configMap(undefined, { immutable: true })), second: ABSENT },
    }),
    advice: [
      {
        words: 'make a new one without immutable: true and mount that',
        change: both(
          newConfigMap('second', configMap(undefined, { metadata: { name: 'second' } })),
          volumesAre({ name: 'config', configMap: { name: 'second' } }),
        ),
      },
    ],
  },
  unparsable(
    'a bracket is left open',
    `${PROMETHEUS_YAML}rule_files: [\n`,
    'Run `promtool check config --syntax-only` on it. If Prometheus accepts it, write this place more plainly.',
  ),
  unparsable(
    'a character is one that Prometheus rejects',
    `${PROMETHEUS_YAML}# \u0085\n`,
    'Remove the character, or write it as an escape in double quotes.',
  ),
  unparsable('half a character is in it', `${PROMETHEUS_YAML}# \ud800\n`, 'Save the file as UTF-8.'),
  unparsable(
    'it begins with a directive',
    `%YAML 1.2\n---\n${PROMETHEUS_YAML}`,
    'Remove the line; Prometheus needs no directive.',
  ),
  unparsable(
    'it is nested too deep',
    `${PROMETHEUS_YAML}x: ${'['.repeat(150)}${']'.repeat(150)}\n`,
    'Check the brackets and the indentation here; no Prometheus configuration needs that many levels.',
  ),
  unparsable(
    'an alias has no anchor',
    `${PROMETHEUS_YAML}x: *nowhere\n`,
    'Define the anchor above this line, or write the value out.',
  ),
  unparsable(
    'an anchor has a dot',
    `${PROMETHEUS_YAML}x: &a.b c\n`,
    'Use letters, digits, - and _ only, and put a blank before a colon that follows an alias.',
  ),
  unparsable(
    'a tag runs into a comma',
    `${PROMETHEUS_YAML}x: {a: !x,b: c}\n`,
    'Put a blank after the tag, or remove it.',
  ),
  unparsable(
    'scrape_configs is there twice',
    `${PROMETHEUS_YAML}scrape_configs: []\n`,
    'Run `promtool check config --syntax-only` on the file and correct this place.',
  ),
  {
    code: 'JobsNotFound',
    name: 'a pattern is misspelt',
    seen: {
      ...legacyText(PROMETHEUS_YAML),
      resource: scrape({ config: { jobs: ['kubernets-*'] } }),
    },
    advice: [{ words: 'spec.config.jobs: no job matches kubernets-*', change: jobs('kubernetes-*') }],
  },
  {
    code: 'NoJobs',
    name: 'no job reads a file of Istio',
    seen: legacyText(BARE),
    advice: [
      { words: 'Name one in spec.config.jobs', change: jobs('bare') },
      {
        words: 'set spec.manage.config to Ignore',
        change: resource(({ manage }) => ({ manage: { ...manage, config: 'Ignore' } })),
      },
      {
        words: 'or let one read root-cert.pem, cert-chain.pem and key.pem in /etc/prom-certs',
        change: prometheusYaml(() => REWRITTEN_YAML),
      },
    ],
  },
  {
    code: 'IncludedFilesNotSeen',
    name: 'no job is chosen, and files are included that cannot be seen',
    seen: legacyText(`${BARE}scrape_config_files: [/elsewhere/*.yaml]\n`),
    advice: [
      { words: 'name a job of prometheus.yaml in spec.config.jobs', change: jobs('bare') },
      {
        words: 'set spec.manage.config to Ignore',
        change: resource(({ manage }) => ({ manage: { ...manage, config: 'Ignore' } })),
      },
      {
        words: 'or move them into the ConfigMap',
        change: prometheusYaml(() => PROMETHEUS_YAML),
      },
    ],
  },
  {
    code: 'PatternMatchesNothing',
    name: 'one of two patterns matches nothing any more',
    seen: {
      ...legacyText(REWRITTEN_YAML),
      resource: scrape({ config: { jobs: ['kubernetes-*', 'gone-*'] } }),
    },
    advice: [{ words: 'spec.config.jobs: no job matches gone-*', change: jobs('kubernetes-*') }],
  },
  {
    code: 'JobLeftOut',
    name: 'spec leaves a job out that reads what nobody renews',
    seen: {
      ...legacyText(`${PROMETHEUS_YAML}${LEFT_OUT}`),
      resource: scrape({ config: { jobs: ['kubernetes-*'] } }),
    },
    advice: [{ words: 'spec.config.jobs leaves out', change: jobs('kubernetes-*', 'left-out') }],
  },
  {
    code: 'FilesOfAnotherSource',
    name: 'a job reads files of somebody else',
    seen: foreign(),
    advice: [
      {
        words: "Name the job in config.jobs to have it read the mesh's certificates",
        change: jobs('kubernetes-*', 'left-out'),
        brings: 'FilesReplaced',
      },
    ],
  },
  {
    code: 'FilesReplaced',
    name: 'spec names a job that reads files of somebody else',
    seen: { ...foreign(), resource: scrape({ config: { jobs: ['kubernetes-*', 'left-out'] } }) },
    advice: [
      {
        words: 'config.jobs names this job',
        change: jobs('kubernetes-*'),
        brings: 'FilesOfAnotherSource',
      },
    ],
  },
];
