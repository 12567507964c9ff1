// The Prometheus of examples/legacy-prometheus.yaml in a mesh: on a node that runs it, with targets that demand a
// certificate of the mesh and one that does not. Of the example only what a short run needs is changed; see CHANGES.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Api } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import type { CommandResult } from '../control-plane/kubeconfig.ts';
import type { ProcessGroup } from '../control-plane/process-group.ts';
import type { MeshAddress } from './istiod.ts';
import type { MeshNode } from './node.ts';
import { startNode } from './node.ts';
import type { Target } from './targets.ts';
import { announceTarget, startTarget } from './targets.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/legacy-prometheus.yaml');

/** What is changed in the example, each exactly once. */
const CHANGES = [
  // To see a gap of seconds, one has to scrape more often than every 15.
  ['scrape_interval:     15s', 'scrape_interval:     1s'],
  // The data must outlive the pod: the gap is measured by them.
  [
    '- name: data\n          emptyDir: {}',
    '- name: data\n          persistentVolumeClaim: {claimName: prometheus-data}',
  ],
] as const;

export const SECURE_JOB = 'kubernetes-pods-istio-secure';
export const PLAIN_JOB = 'kubernetes-pods';
const SECURE_TARGETS = ['orders', 'payments', 'stock'] as const;
const PLAIN_TARGET = 'batch';

export interface LegacyWorldOptions {
  readonly api: Api;
  readonly processes: ProcessGroup;
  /** The API server's. */
  readonly url: string;
  /** The example is applied as people do it. */
  readonly kubectl: (...args: readonly string[]) => Promise<CommandResult>;
  readonly mesh: MeshAddress;
  /** It exists, with its `default` service account. */
  readonly namespace: string;
  /** What is mounted at /etc/certs; made where it is missing. */
  readonly secret: KubeObject;
  /** Life of every certificate of the mesh; renewed at half of it. */
  readonly secretTtl: string;
  readonly log?: (line: string) => void;
}

export interface LegacyWorld {
  readonly node: MeshNode;
  /** They demand client certificates of the mesh; scraped by SECURE_JOB. */
  readonly secure: readonly Target[];
  /** Plain HTTP; scraped by PLAIN_JOB, which nobody changes. */
  readonly plain: Target;
  /** `prometheus-0`. */
  readonly pod: { readonly namespace: string; readonly name: string };
  /** Ends node and targets, and takes the targets' pods away: the example's jobs discover in every namespace. */
  readonly stop: () => Promise<void>;
}

/** Starts all of it and waits until Prometheus is ready. Throws MountNamespacesUnavailable where pods cannot be run. */
export async function startLegacyWorld(options: LegacyWorldOptions): Promise<LegacyWorld> {
  const { api, processes, url, mesh, namespace, secret, secretTtl, log } = options;
  const logging = log === undefined ? {} : { log };
  const node = await startNode({ api, processes, url, mesh, namespace, secretTtl, ...logging });
  const shared = { api, processes, mesh, namespace, secretTtl, network: node.network };
  const [plain, ...secure] = await Promise.all([
    startTarget(shared, { kind: 'plain', name: PLAIN_TARGET }),
    ...SECURE_TARGETS.map(async (name) => startTarget(shared, { kind: 'strict', name })),
  ]);
  const announced = await Promise.all(
    [plain, ...secure].map(async (target) => announce(api, namespace, target)),
  );
  if ((await api.find(secret)) === undefined) await api.create(secret);
  const manifests = join(processes.directory, 'legacy-prometheus.yaml');
  await writeFile(manifests, await legacyManifests(namespace));
  const applied = await options.kubectl('apply', '-f', manifests);
  if (applied.code !== 0) throw new Error(`kubectl apply: ${applied.stderr}`);
  const workload = {
    ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'prometheus', namespace } },
  };
  await api.waitForObject(workload, (object) => object?.status?.readyReplicas === 1, { timeoutMs: 180_000 });
  return {
    ...{ node, secure, plain },
    pod: { namespace, name: 'prometheus-0' },
    stop: async () => {
      await Promise.all(announced.map(async (remove) => remove()));
      await Promise.all([plain, ...secure].map(async (target) => target.stop()));
      await node.stop();
    },
  };
}

/** The example with CHANGES, in another namespace. */
async function legacyManifests(namespace: string): Promise<string> {
  let text = await readFile(EXAMPLE, 'utf8');
  for (const [old, now] of CHANGES) {
    if (text.split(old).length !== 2) throw new Error(`examples/ does not hold once: ${old}`);
    text = text.replace(old, now);
  }
  return text
    .replaceAll('namespace: app-metrics', `namespace: ${namespace}`)
    .replaceAll('prometheus-app-metrics', `prometheus-${namespace}`)
    .replace(
      'kind: Namespace\nmetadata:\n  name: app-metrics',
      `kind: Namespace\nmetadata:\n  name: ${namespace}`,
    );
}

/** The annotations by which the jobs of the example distinguish the two kinds. */
async function announce(api: Api, namespace: string, target: Target): Promise<() => Promise<void>> {
  return announceTarget(api, target, {
    ...{ name: `${target.name}-0`, namespace, labels: { app: target.name } },
    annotations: {
      'prometheus.io/scrape': 'true',
      ...(target.kind === 'plain' ? {} : { 'sidecar.istio.io/status': '{}' }),
    },
  });
}
