import library, { type ResourceEvent } from '@dot-i/k8s-operator';
import { describe, expect, it } from 'vitest';
import {
  configMapTrigger,
  meshPolicyTrigger,
  workloadTrigger,
  workloadIn,
} from '../../src/controller/event-trigger.ts';

function eventOf(object: object): ResourceEvent {
  const meta = { id: 'i', apiVersion: 'v1', kind: 'Any', namespace: 'ns', name: 'a', resourceVersion: '1' };
  return { meta, type: library.ResourceEventType.Added, object };
}

describe('workloadTrigger', () => {
  it('names the workload', () => {
    expect(workloadTrigger(eventOf({}))).toEqual({ kind: 'Workload', name: 'a' });
  });
});

describe('configMapTrigger', () => {
  it('names the ConfigMap', () => {
    expect(configMapTrigger(eventOf({}))).toEqual({ kind: 'ConfigMap', name: 'a' });
  });
});

describe('meshPolicyTrigger', () => {
  it.each([
    {
      name: 'names the resource of our label',
      object: { metadata: { labels: { 'meshscrape.dev/resource': 'one' } } },
      resource: 'one',
    },
    { name: 'names none without the label', object: { metadata: { labels: {} } }, resource: undefined },
    { name: 'names none without labels', object: { metadata: {} }, resource: undefined },
    { name: 'names none without metadata', object: {}, resource: undefined },
  ])('$name', ({ object, resource }) => {
    expect(meshPolicyTrigger(eventOf(object))).toEqual({ kind: 'MeshPolicy', resource });
  });
});

describe('workloadIn', () => {
  it.each([
    {
      name: 'reads the name',
      object: { spec: { workload: { name: 'prometheus' } } },
      workload: 'prometheus',
    },
    { name: 'finds none without a workload', object: { spec: {} }, workload: undefined },
    { name: 'finds none in an object without spec', object: {}, workload: undefined },
  ])('$name', ({ object, workload }) => {
    expect(workloadIn(eventOf(object))).toBe(workload);
  });
});
