// A pod's status from its containers, as a kubelet writes it. What the pod said before keeps its times.
import type { KubeObject } from '../api/kube-object.ts';
import type { ContainerRun } from './container-run.ts';

/** `creating`: volumes and sandbox; `initialized`: every init container is over or started; `begun`: all are started. */
export type PodPhase =
  | { readonly kind: 'creating'; readonly message?: string }
  | { readonly kind: 'initialized' }
  | { readonly kind: 'begun' };

export interface Report {
  readonly ip: string;
  readonly phase: PodPhase;
  readonly init: readonly ContainerRun[];
  readonly main: readonly ContainerRun[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
  readonly reason?: string;
  readonly message?: string;
}

export function podReport(pod: KubeObject, { ip, phase, init, main }: Report): Record<string, unknown> {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const before: Condition[] = pod.status?.conditions ?? [];
  const isSidecar = (run: ContainerRun): boolean => run.container.restartPolicy === 'Always';
  const isInitialized = phase.kind !== 'creating';
  const unready = [...init.filter(isSidecar), ...main].filter((run) => !run.isReady).map(({ name }) => name);
  const condition = (type: string, isTrue: boolean, why: { reason: string; message: string }): Condition => {
    const status = isTrue ? 'True' : 'False';
    const old = before.find((candidate) => candidate.type === type && candidate.status === status);
    const lastTransitionTime = old?.lastTransitionTime ?? time;
    return { type, status, lastTransitionTime, ...(isTrue ? {} : why) };
  };
  const notReady = {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
  const hasRun = pod.status?.phase === 'Running' || main.some((run) => 'running' in stateOf(run));
  return {
    phase: hasRun ? 'Running' : 'Pending',
    startTime: pod.status?.startTime ?? time,
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [
      condition('PodScheduled', true, notReady),
      condition('Initialized', isInitialized, {
        reason: 'ContainersNotInitialized',
        message: 'containers with incomplete status',
      }),
      condition('ContainersReady', unready.length === 0, notReady),
      condition('Ready', unready.length === 0, notReady),
    ],
    initContainerStatuses: init.map((run) =>
      isSidecar(run) ? waitingFor(run, phase) : completed(run, { time, isInitialized, pod }),
    ),
    containerStatuses: main.map((run) => waitingFor(run, phase)),
  };
}

function stateOf(run: ContainerRun): object {
  return run.status()['state'] as object;
}

/** A container that was not begun says what the pod waits for. */
function waitingFor(run: ContainerRun, phase: PodPhase): Record<string, unknown> {
  const status = run.status();
  if (phase.kind !== 'creating' || !('waiting' in stateOf(run)) || run.restarts > 0) return status;
  const { message } = phase;
  const waiting = { reason: 'ContainerCreating', ...(message === undefined ? {} : { message }) };
  return message === undefined ? status : { ...status, state: { waiting } };
}

interface Completion {
  readonly time: string;
  readonly isInitialized: boolean;
  readonly pod: KubeObject;
}

/** An ordinary init container runs nothing here: it is over at once. */
function completed(run: ContainerRun, { time, isInitialized, pod }: Completion): Record<string, unknown> {
  if (!isInitialized) return run.status();
  const statuses = (pod.status?.initContainerStatuses ?? []) as {
    name: string;
    state: { terminated?: unknown };
  }[];
  const terminated = statuses.find(({ name }) => name === run.name)?.state.terminated ?? {
    exitCode: 0,
    reason: 'Completed',
    startedAt: time,
    finishedAt: time,
  };
  return { ...run.status(), ready: true, state: { terminated } };
}
