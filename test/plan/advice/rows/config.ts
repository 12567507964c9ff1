// Advice about prometheus.yaml and about the way that leads to it.
import type { Container, Volume } from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { configMap } from '../../../support/config-map.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../../../support/world.ts';
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
        words: 'it is looked for again when it appears',
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
];
