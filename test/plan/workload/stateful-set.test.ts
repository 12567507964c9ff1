import { describe, expect, it } from 'vitest';
import { statefulSetWorkload } from '../../../src/plan/workload/stateful-set.ts';
import { present } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { wired } from '../../support/stateful-set.ts';

describe('the first missing pod', () => {
  const two = wired({ spec: { replicas: 2 } });
  it.each([
    { name: 'none of two', of: two, names: [], missing: 'prometheus-0' },
    { name: 'the second', of: two, names: ['prometheus-0'], missing: 'prometheus-1' },
    { name: 'one in between', of: two, names: ['prometheus-0', 'prometheus-2'], missing: 'prometheus-1' },
    { name: 'nobody', of: two, names: ['prometheus-0', 'prometheus-1'], missing: undefined },
    { name: 'nobody of zero', of: wired({ spec: { replicas: 0 } }), names: [], missing: undefined },
    {
      name: 'the first of more replicas than anybody has',
      of: wired({ spec: { replicas: 2_147_483_647 } }),
      names: [],
      missing: 'prometheus-0',
    },
    {
      name: 'the first of later ordinals',
      of: wired({ spec: { ordinals: { start: 3 } } }),
      names: ['prometheus-0'],
      missing: 'prometheus-3',
    },
  ])('is $missing where it is $name', ({ of, names, missing }) => {
    const pods = names.map((name) => podOf(of, { name }));
    expect(statefulSetWorkload(of, present(pods)).rollout.missingPod).toBe(missing);
  });
});
