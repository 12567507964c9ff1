// Checks a world all the time and notes what docs/design/contract.md, section 3, says must never be: a config that names
// files which a running pod does not have, a scrape pool that is gone, a reload that failed. It changes nothing.
import { setTimeout as pause } from 'node:timers/promises';

import type { Api } from '../../../testbed/api/client.ts';
import { follow } from '../../../testbed/api/wait.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';

/** Between two checks of the pods. What happens between them is in Prometheus's counters, which never go down. */
const PACE_MS = 200;
export const JOB = 'secure';
const CONTAINER = 'prometheus';
const CONFIG_FILE = '/etc/prometheus/prometheus.yaml';

export interface WatchedWorld {
  readonly api: Api;
  readonly node: MeshNode;
  readonly namespace: string;
  readonly replicas: number;
}

export interface OrderWatch {
  /** What must never be, each once, in the order in which it was seen. */
  readonly violations: ReadonlySet<string>;
  /** Checks of running pods so far. */
  readonly checks: () => number;
  /** Ends it. Throws what went wrong with the checks. */
  readonly stop: () => Promise<void>;
}

/** Starts checking: at each change of the ConfigMap, and every so often. */
export function watchOrder(world: WatchedWorld): OrderWatch {
  const { api, namespace, replicas } = world;
  const violations = new Set<string>();
  const stopping = new AbortController();
  const seenPools = new Set<number>();
  let text = '';
  let checks = 0;
  const check = async (): Promise<void> => {
    const pods = Array.from({ length: replicas }, (_, ordinal) => `prometheus-${ordinal}`);
    const noted = await Promise.all(pods.map(async (pod) => checkPod({ ...world, pod, text, seenPools })));
    checks += noted.filter((each) => each !== undefined).length;
    for (const violation of noted.flatMap((each) => each ?? [])) violations.add(violation);
  };
  const followConfig = async (): Promise<void> => {
    const collection = `/api/v1/namespaces/${namespace}/configmaps`;
    for await (const objects of follow(api, collection, { signal: stopping.signal })) {
      const configMap = [...objects.values()].find(({ metadata }) => metadata.name === 'prometheus');
      const next = configMap?.data?.['prometheus.yaml'] ?? '';
      if (next === text) continue;
      text = next;
      await check();
    }
  };
  const keepLooking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await check();
      await pause(PACE_MS);
    }
  };
  const watching = Promise.all([followConfig(), keepLooking()]);
  // Reported by stop(); until then it must not count as unhandled.
  watching.catch(() => undefined);
  return {
    violations,
    checks: () => checks,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}

interface Check extends WatchedWorld {
  readonly pod: string;
  /** Of the ConfigMap, as the API server has it. */
  readonly text: string;
  /** Processes that had the pool once: a new one is late, one that goes is lost. */
  readonly seenPools: Set<number>;
}

/** Undefined: no Prometheus runs there now. */
async function checkPod({ node, namespace, pod, text, seenPools }: Check): Promise<string[] | undefined> {
  const run = (): number | undefined => {
    try {
      return node.container({ namespace, name: pod }, CONTAINER).pid;
    } catch {
      return undefined;
    }
  };
  const pid = run();
  if (pid === undefined) return undefined;
  const missing = await missingFiles(node, { namespace, name: pod }, text);
  if (missing === undefined) return undefined;
  const answer = await prometheusSays(new PrometheusApi(node.address({ namespace, name: pod }) ?? ''));
  // A process that ended meanwhile says nothing about order.
  if (run() !== pid) return undefined;
  const violations = missing.map((file) => `${pod}: prometheus.yaml names ${file}, which is not there`);
  if (answer === undefined) return violations;
  if (answer.pools.includes(JOB)) seenPools.add(pid);
  else if (seenPools.has(pid)) violations.push(`${pod}: the pool ${JOB} is gone`);
  return [...violations, ...answer.faults.map((fault) => `${pod}: ${fault}`)];
}

/** Undefined: the process has not got its volumes yet, or is losing them: it has not begun, or is over. */
async function missingFiles(
  node: MeshNode,
  pod: { namespace: string; name: string },
  text: string,
): Promise<readonly string[] | undefined> {
  const isThere = async (file: string): Promise<boolean> => {
    try {
      return (await node.container(pod, CONTAINER).read(file)) !== '';
    } catch {
      return false;
    }
  };
  const files = [...text.matchAll(/^ *(?:ca|cert|key)_file: *(\S+)$/gm)].map((match) => match[1] ?? '');
  const before = await isThere(CONFIG_FILE);
  const seen = await Promise.all(files.map(async (file) => ({ file, isMissing: !(await isThere(file)) })));
  const after = await isThere(CONFIG_FILE);
  return before && after ? seen.flatMap(({ file, isMissing }) => (isMissing ? [file] : [])) : undefined;
}

interface Answer {
  readonly pools: readonly string[];
  readonly faults: readonly string[];
}

/** Counters that must be 0 for as long as the process lives, and the gauge that must be 1 once it is ready. */
async function prometheusSays(prometheus: PrometheusApi): Promise<Answer | undefined> {
  try {
    if (!(await prometheus.isReady())) return undefined;
    const [pools, metrics] = await Promise.all([prometheus.pools(), prometheus.metrics()]);
    const value = (name: string): number => metrics.get(name) ?? Number.NaN;
    const faults = [
      ...(value('prometheus_config_last_reload_successful') === 1 ? [] : ['the last reload failed']),
      ...(value('prometheus_target_scrape_pools_failed_total') === 0 ? [] : ['a pool could not be made']),
      ...(value('prometheus_target_scrape_pool_reloads_failed_total') === 0
        ? []
        : ['a pool could not be reloaded']),
    ];
    return { pools, faults };
  } catch {
    // It starts, ends, or is too busy to answer: the next check asks again.
    return undefined;
  }
}
