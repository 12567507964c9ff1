import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../../../src/api/kubernetes.ts';
import { isCrashLooping, startFailure } from '../../../src/plan/certificates/container-state.ts';
import { NOW_MS } from '../../support/snapshot.ts';

const crashed = (minutesAgo: number) => ({
  terminated: { exitCode: 255, finishedAt: new Date(NOW_MS - minutesAgo * 60_000).toISOString() },
});
const status = (rest: Partial<ContainerStatus>): ContainerStatus => ({
  name: 'istio-proxy',
  ready: false,
  ...rest,
});
const waiting = (reason: string) => status({ state: { waiting: { reason } } });

describe('isCrashLooping', () => {
  it.each([
    { name: 'kubelet pauses between two starts', says: waiting('CrashLoopBackOff'), is: true },
    {
      name: 'it runs between two crashes',
      says: status({ restartCount: 2, state: { running: {} }, lastState: crashed(1) }),
      is: true,
    },
    {
      name: 'it has just ended again',
      says: status({
        restartCount: 3,
        state: { terminated: { exitCode: 255 } },
        lastState: crashed(9),
      }),
      is: true,
    },
    {
      name: 'it was started again once',
      says: status({ restartCount: 1, state: { running: {} }, lastState: crashed(1) }),
      is: false,
    },
    {
      name: 'its crashes are history',
      says: status({ restartCount: 7, state: { running: {} }, lastState: crashed(11) }),
      is: false,
    },
    {
      name: 'it is ready again',
      says: status({ ready: true, restartCount: 3, state: { running: {} }, lastState: crashed(1) }),
      is: false,
    },
    { name: 'it never ended', says: status({ restartCount: 0, state: { running: {} } }), is: false },
    { name: 'it is being made', says: waiting('ContainerCreating'), is: false },
    { name: 'kubelet has said nothing', says: undefined, is: false },
  ])('is $is where $name', ({ says, is }) => {
    expect(isCrashLooping(says, NOW_MS)).toBe(is);
  });
});

describe('startFailure', () => {
  it.each([
    { says: waiting('ErrImagePull'), failure: 'its image cannot be pulled' },
    { says: waiting('ImagePullBackOff'), failure: 'its image cannot be pulled' },
    { says: waiting('CreateContainerConfigError'), failure: 'CreateContainerConfigError' },
    { says: waiting('ContainerCreating'), failure: undefined },
    { says: waiting('PodInitializing'), failure: undefined },
    { says: status({ state: { running: {} } }), failure: undefined },
    { says: undefined, failure: undefined },
  ])('is $failure for a container that waits for $says.state.waiting.reason', ({ says, failure }) => {
    expect(startFailure(says)).toBe(failure);
  });
});
