// What a file is that has no scrape_configs at its top, so that nobody takes an empty answer for a good one.
import { parseYaml } from '../edit/prometheus-yaml/document/parse.ts';
import { isNull, keyMeaning, stringMeaning } from '../edit/prometheus-yaml/document/scalar-meaning.ts';
import type { NodeId, Tree } from '../edit/text/yaml/tree.ts';
import { childrenOf, entriesOf, isMapping, isSequence, NONE, resolve } from '../edit/text/yaml/tree.ts';

/** Where prometheus-operator's kinds have the files of their scrape jobs. */
const MONITORS: Readonly<Partial<Record<string, string>>> = {
  ServiceMonitor: 'spec.endpoints[].tlsConfig',
  PodMonitor: 'spec.podMetricsEndpoints[].tlsConfig',
  Probe: 'spec.tlsConfig',
  ScrapeConfig: 'spec.tlsConfig',
};

const PROMETHEUS_KEYS: ReadonlySet<string> = new Set([
  ...['global', 'rule_files', 'alerting', 'remote_write', 'remote_read', 'storage', 'tracing', 'otlp'],
  'runtime',
]);

/** Keys by which the values of a chart are known. */
const HELM_KEYS: readonly string[] = [
  ...['serverFiles', 'extraScrapeConfigs', 'server', 'prometheus', 'prometheusSpec', 'prometheusOperator'],
  ...['kubeStateMetrics', 'kube-state-metrics', 'prometheus-node-exporter', 'kube-prometheus-stack'],
];

const KEYS_SHOWN = 5;

/** A sentence that says what the file seems to be and where its jobs are; `undefined`: jobs may be where they belong. */
export function whyNoScrapeConfigs(text: string): string | undefined {
  const parsed = parseYaml(text);
  if (parsed.kind === 'refused') return undefined;
  const { tree } = parsed;
  const { root } = tree;
  if (root === NONE || isNull(tree, root)) return 'the file is empty';
  if (isSequence(tree, root)) return listOfJobs(tree);
  if (!isMapping(tree, root)) return undefined;
  const keys = valuesByKey(tree, root);
  if (keys.size === 0) return 'the file is empty';
  if (keys.has('scrape_configs') || keys.has('scrape_config_files')) return undefined;
  const place = placeOf(tree, root, '');
  const where =
    place === undefined
      ? ''
      : `; its scrape_configs are in ${place}, so give what is there as a file of its own`;
  return `it seems to be ${seeming(tree, keys)}${where}`;
}

/** Additional scrape configs of prometheus-operator are such a list. */
function listOfJobs(tree: Tree): string | undefined {
  const jobs = childrenOf(tree, tree.root).filter((item) => isMapping(tree, item));
  if (!jobs.some((job) => valuesByKey(tree, job).has('job_name'))) return undefined;
  return "it seems to be a bare list of scrape jobs, as prometheus-operator's additionalScrapeConfigs are; put scrape_configs: above the list";
}

function seeming(tree: Tree, keys: ReadonlyMap<string, NodeId>): string {
  const names = [...keys.keys()];
  const misspelt = names.find((name) => /^scrape[-_ ]?configs?$/i.test(name));
  if (misspelt !== undefined) return `a prometheus.yaml in which scrape_configs is written ${misspelt}`;
  if (keys.has('apiVersion') && keys.has('kind')) return manifest(textOfNode(tree, keys.get('kind')));
  if (keys.has('receivers') && (keys.has('service') || keys.has('exporters'))) {
    return 'the configuration of an OpenTelemetry Collector';
  }
  if (['metrics', 'prometheus'].some((name) => isAgent(tree, keys.get(name)))) {
    return 'the configuration of an agent (Grafana Agent)';
  }
  if (HELM_KEYS.some((name) => keys.has(name))) return 'the values of a Helm chart';
  if (keys.has('groups')) return 'a file of rules';
  if (names.every((name) => PROMETHEUS_KEYS.has(name))) return 'a prometheus.yaml without scrape jobs';
  const more = names.length > KEYS_SHOWN ? ', …' : '';
  return `no prometheus.yaml: its top has ${names.slice(0, KEYS_SHOWN).join(', ')}${more}`;
}

function manifest(kind: string): string {
  const files = MONITORS[kind];
  const base = `a Kubernetes manifest of kind ${kind}`;
  return files === undefined
    ? base
    : `${base}, of which prometheus-operator makes scrape jobs itself: change ${files} there`;
}

function isAgent(tree: Tree, node: NodeId | undefined): boolean {
  return node !== undefined && isMapping(tree, node) && valuesByKey(tree, node).has('configs');
}

/** Where a key scrape_configs is, or a text that has one at its own top; the first one. */
function placeOf(tree: Tree, node: NodeId, path: string): string | undefined {
  if (isSequence(tree, node)) {
    return firstOf(childrenOf(tree, node), (item, index) => placeOf(tree, item, `${path}[${index}]`));
  }
  if (isMapping(tree, node)) {
    return firstOf(entriesOf(tree, node), ({ key, value }) => {
      const name = keyMeaning(tree, key) ?? '?';
      const plain = /^[\w-]+$/.test(name) ? `${path === '' ? '' : '.'}${name}` : `[${JSON.stringify(name)}]`;
      return name === 'scrape_configs' ? `${path}${plain}` : placeOf(tree, value, `${path}${plain}`);
    });
  }
  return /^scrape_configs[ \t]*:/m.test(textOfNode(tree, node)) ? path : undefined;
}

function firstOf<T, U>(items: readonly T[], find: (item: T, index: number) => U | undefined): U | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The entries of a mapping whose keys are texts. */
function valuesByKey(tree: Tree, mapping: NodeId): ReadonlyMap<string, NodeId> {
  return new Map(
    entriesOf(tree, mapping).flatMap(({ key, value }) => {
      const name = keyMeaning(tree, key);
      return name === undefined ? [] : [[name, resolve(tree, value)] as const];
    }),
  );
}

function textOfNode(tree: Tree, node: NodeId | undefined): string {
  const meaning = node === undefined ? undefined : stringMeaning(tree, node);
  return meaning?.kind === 'value' ? meaning.value : '';
}
