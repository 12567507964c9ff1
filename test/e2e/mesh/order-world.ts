// A legacy Prometheus in a namespace and on a node of its own, whose old certificate works: the beginning of every run
// of order.test.ts. All of its delays come from one seed.
import { setTimeout as pause } from 'node:timers/promises';

import type { Api } from '../../../testbed/api/client.ts';
import { installNamespace } from '../../../testbed/api/install.ts';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import type { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshAddress } from '../../../testbed/mesh/istiod.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { seededDelays } from '../../../testbed/mesh/random.ts';
import { legacySecret } from '../../../testbed/stand-ins/legacy-secret.ts';
import { configMap, statefulSet } from '../../support/world.ts';
import { JOB } from './order-watch.ts';

const DAY_MS = 86_400_000;

export interface OrderWorldOptions {
  readonly api: Api;
  readonly processes: ProcessGroup;
  readonly url: string;
  readonly mesh: MeshAddress;
  readonly namespace: string;
  readonly seed: number;
  /** 1 or 2 by the seed where unset. */
  readonly replicas?: number;
}

export interface OrderWorld {
  readonly api: Api;
  readonly node: MeshNode;
  readonly namespace: string;
  readonly seed: number;
  readonly replicas: number;
  /** Before the resource is created. */
  readonly delayMs: number;
  /** True: the proxy is an init container; false: Prometheus is held back until it is ready. */
  readonly isNative: boolean;
  /** For each pod, how long its replacement takes to come; none: the StatefulSet controller rolls at once. */
  readonly replacements: readonly number[];
}

/** The secure job with its files in this directory, scraping `target`. */
export function configWith(directory: string, target: string): string {
  return `global:
  scrape_interval: 1s
scrape_configs:
- job_name: ${JOB}
  scheme: https
  tls_config:
    ca_file: ${directory}/root-cert.pem
    cert_file: ${directory}/cert-chain.pem
    key_file: ${directory}/key.pem
    insecure_skip_verify: true
  static_configs:
  - targets: ['${target}']
`;
}

/** Makes the namespace and starts its node. */
export async function startOrderWorld(options: OrderWorldOptions): Promise<OrderWorld> {
  const { api, processes, url, mesh, namespace, seed } = options;
  await installNamespace(api, namespace);
  const node = await startNode({
    ...{ api, processes, url, mesh, namespace, seed },
    name: namespace,
    volumeDelay: { leastMs: 50, mostMs: 4_000 },
    startDelay: { leastMs: 0, mostMs: 2_000 },
  });
  const chances = seededDelays(seed);
  const pick = (most: number): number => chances.next({ leastMs: 0, mostMs: most });
  const replicas = options.replicas ?? (pick(2) === 0 ? 2 : 1);
  const isNative = pick(1) === 0;
  const delayMs = pick(2_000);
  const isOnDelete = pick(1) === 0;
  const replacements = isOnDelete ? Array.from({ length: replicas }, () => pick(5_000)) : [];
  return { api, node, namespace, seed, replicas, delayMs, isNative, replacements };
}

/** Applies the legacy Prometheus, scraping `target`, and waits until it is ready. */
export async function applyLegacy(
  { api, namespace, replicas, isNative, replacements }: OrderWorld,
  target: string,
): Promise<KubeObject> {
  await api.create(legacySecret({ namespace, notAfter: new Date(Date.now() + DAY_MS) }));
  await api.create(configMap({ namespace, config: configWith('/etc/certs', target) }));
  const templateAnnotations = { 'sidecar.istio.io/nativeSidecar': String(isNative) };
  const updateStrategy = { type: replacements.length > 0 ? 'OnDelete' : 'RollingUpdate' };
  const workload = await api.create(
    statefulSet({ namespace, replicas, updateStrategy, templateAnnotations }),
  );
  await api.waitForObject(workload, (object) => object?.status?.readyReplicas === replicas, {
    timeoutMs: 180_000,
  });
  return workload;
}

/** Under OnDelete: deletes each pod, some time after its template was written. */
export async function replacePods({ api, namespace, replacements }: OrderWorld): Promise<void> {
  if (replacements.length === 0) return;
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'prometheus', namespace },
  };
  const isWired = (object: KubeObject | undefined): boolean =>
    object?.spec.template.metadata.labels['sidecar.istio.io/inject'] === 'true';
  await api.waitForObject(workload, isWired);
  await Promise.all(
    replacements.map(async (delayMs, ordinal) => {
      await pause(delayMs);
      const metadata = { name: `prometheus-${ordinal}`, namespace };
      await api.delete({ apiVersion: 'v1', kind: 'Pod', metadata });
    }),
  );
}
