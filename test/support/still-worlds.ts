// What the worlds of no-hot-loop*.test.ts are built with, beside what every story has: bound to a file's test bed.
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';
import { comesAndGoes, useFlappingPrometheus, type Targets } from './flapping-prometheus.ts';
import { useStory, type Story } from './story.ts';
import { configMap, statefulSet } from './world.ts';

interface Bend {
  readonly set?: (set: KubeObject) => void;
  readonly config?: (config: KubeObject) => void;
}

export interface StillWorlds extends Story {
  /** A legacy StatefulSet and ConfigMap that are bent before they are created, and their resource; no pods. */
  readonly bent: (name: string, bend: Bend, spec?: object) => Promise<void>;
  /** Changes the StatefulSet as a person with kubectl does; a list is a JSON patch. */
  readonly edited: (name: string, patch: object) => Promise<KubeObject>;
  readonly podOf: (name: string) => KubeObject;
  /** Waits until the pod runs. */
  readonly running: (name: string) => Promise<KubeObject | undefined>;
  /** A world that has converged, and whose Prometheus answers so from then on. */
  readonly answers: (name: string, config: string, targets?: Targets) => Promise<void>;
  /** From here on `asked` counts. */
  readonly begins: () => void;
  /** How often the Prometheus of a world was asked for its targets. */
  readonly asked: (name: string) => number;
}

/** To be called at the top level of a test file. */
export function useStillWorlds(bed: TestBed): StillWorlds {
  const story = useStory(bed);
  const flapping = useFlappingPrometheus();
  const counters = new Map<string, () => number>();
  const atStart = new Map<string, number>();
  const podOf: StillWorlds['podOf'] = (name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-0`, namespace: bed.namespace },
  });
  return {
    ...story,
    bent: async (name, bend, spec = {}) => {
      const options = { namespace: bed.namespace, name, replicas: 0 };
      const [config, set] = [configMap(options), statefulSet(options)];
      bend.config?.(config);
      bend.set?.(set);
      await bed.api.create(config);
      await bed.api.create(set);
      await story.scrape(name, spec);
    },
    edited: (name, patch) =>
      bed.api.patch(story.names(name).statefulSet, patch, {
        fieldManager: 'kubectl-edit',
        type: Array.isArray(patch) ? 'json' : 'merge',
      }),
    podOf,
    running: (name) => bed.api.waitForObject(podOf(name), (pod) => pod?.status?.phase === 'Running'),
    answers: async (name, config, targets = comesAndGoes) => {
      await story.converged(name);
      const { podIP } = (await bed.api.get(podOf(name))).status as { podIP: string };
      const { asked } = await flapping.start(podIP, { config, targets });
      counters.set(name, asked);
      await story.reconcileNow(name);
    },
    begins: () => {
      for (const [name, count] of counters) atStart.set(name, count());
    },
    asked: (name) => (counters.get(name)?.() ?? 0) - (atStart.get(name) ?? 0),
  };
}
