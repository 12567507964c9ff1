import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/plan/kubernetes/selector.ts';
import { selectorRefusal } from '../../../src/plan/mesh-policy/selector-guard.ts';
import { podOf, statefulSet } from '../../support/builders.ts';

describe('matches', () => {
  it.each([
    { name: 'all labels', selector: { a: '1' }, labels: { a: '1', b: '2' }, yes: true },
    { name: 'another value', selector: { a: '1' }, labels: { a: '2' }, yes: false },
    { name: 'a missing label', selector: { a: '1', b: '2' }, labels: { a: '1' }, yes: false },
    { name: 'an empty selector', selector: {}, labels: undefined, yes: true },
    { name: 'no labels', selector: { a: '1' }, labels: undefined, yes: false },
  ])('$name: $yes', ({ selector, labels, yes }) => {
    expect(matches(selector, labels)).toBe(yes);
  });
});

describe('selectorRefusal', () => {
  const own = statefulSet();
  const twin = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } });
  const other = statefulSet({ metadata: { name: 'other', uid: 'uid-other' }, labels: { app: 'other' } });
  const tail =
    ': a Sidecar and a PeerAuthentication made from it would reach strangers, so neither is created; give the pods a label of their own';

  it.each([
    { name: 'only this workload', sets: [own], pods: [podOf(own)] },
    { name: 'another workload with other labels', sets: [own, other], pods: [podOf(own)] },
    { name: 'no pods at all', sets: [own], pods: [] },
  ])('accepts $name', ({ sets, pods }) => {
    expect(selectorRefusal(own, sets, pods)).toBeUndefined();
  });

  it.each([
    {
      name: 'a selector without labels',
      of: statefulSet({ spec: { selector: {} } }),
      sets: [own],
      pods: [],
      says: 'the StatefulSet has no spec.selector.matchLabels',
    },
    {
      name: 'another template with the same labels',
      of: own,
      sets: [own, twin],
      pods: [],
      says: 'app=prometheus also selects pods of StatefulSet/twin',
    },
    {
      name: 'a pod of somebody else',
      of: own,
      sets: [own],
      pods: [podOf(own), podOf(twin)],
      says: 'app=prometheus also selects Pod/twin-0',
    },
    {
      name: 'a pod of nobody',
      of: own,
      sets: [own],
      pods: [podOf(own, { name: 'loose', metadata: { ownerReferences: [] } })],
      says: 'app=prometheus also selects Pod/loose',
    },
  ])('refuses $name', ({ of, sets, pods, says }) => {
    expect(selectorRefusal(of, sets, pods)).toEqual({
      reason: 'SelectorTooWide',
      message: says + tail,
      stalled: true,
    });
  });
});
