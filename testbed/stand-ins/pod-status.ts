// The status that a kubelet would report for a pod whose containers all run (or, when held, are still being created).
// It keeps nothing: what was started is given.
import { createHash } from 'node:crypto';

import type { KubeObject } from '../api/kube-object.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Play {
  readonly held: boolean;
  /** A pod that once ran stays Running when a container stops being ready; only a new one is Pending. */
  readonly started: boolean;
}

/** The status to write, or undefined when the pod already says so. */
export function podStatus(pod: KubeObject, { held, started }: Play): Record<string, unknown> | undefined {
  const ready = held ? 'False' : 'True';
  const before: Condition[] = pod.status?.conditions ?? [];
  if (before.find(({ type }) => type === 'Ready')?.status === ready) return undefined;

  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: string, status: string): Condition =>
    before.find((old) => old.type === type && old.status === status) ?? {
      type,
      status,
      lastTransitionTime: time,
      ...(status === 'True' ? {} : { reason: 'ContainersNotReady', message: 'held by the test bed' }),
    };
  const ip = podIp(pod.metadata.uid ?? '');
  const containers: Container[] = pod.spec.containers;
  const initContainers: Container[] = pod.spec.initContainers ?? [];
  return {
    phase: held && !started ? 'Pending' : 'Running',
    startTime: pod.status?.startTime ?? time,
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [
      condition('PodScheduled', 'True'),
      condition('Initialized', held && !started ? 'False' : 'True'),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses: containers.map((container) => containerStatus(container, { held, started, time })),
    initContainerStatuses: initContainers.map((container) =>
      container.restartPolicy === 'Always'
        ? containerStatus(container, { held, started, time })
        : initContainerStatus(container, { held, started, time }),
    ),
  };
}

interface Moment extends Play {
  readonly time: string;
}

function containerStatus(
  { name, image }: Container,
  { held, started, time }: Moment,
): Record<string, unknown> {
  const running = !held || started;
  return {
    name,
    image,
    imageID: image,
    containerID: running ? `testbed://${name}` : '',
    ready: !held,
    started: running,
    restartCount: 0,
    state: running ? { running: { startedAt: time } } : { waiting: { reason: 'ContainerCreating' } },
  };
}

function initContainerStatus(
  { name, image }: Container,
  { held, started, time }: Moment,
): Record<string, unknown> {
  const over = !held || started;
  const finished = { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time };
  return {
    name,
    image,
    imageID: image,
    containerID: over ? `testbed://${name}` : '',
    ready: over,
    started: false,
    restartCount: 0,
    state: over ? { terminated: finished } : { waiting: { reason: 'PodInitializing' } },
  };
}

/** An address of 127/8 of the pod's own; that two pods share one is a matter of one in 16 million. */
function podIp(uid: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(uid).digest();
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`;
}
