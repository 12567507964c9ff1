import { describe, expect, it } from 'vitest';
import { keysToWake, type KnownResource, type Trigger } from '../../src/controller/triggers.ts';

const one: KnownResource = {
  key: 'ns/one',
  name: 'one',
  workload: 'prometheus',
  configMaps: ['shared', 'one'],
};
const two: KnownResource = { key: 'ns/two', name: 'two', workload: 'prometheus', configMaps: ['shared'] };
const other: KnownResource = { key: 'ns/other', name: 'other', workload: 'thanos', configMaps: [] };
const all = [one, two, other];

interface Row {
  readonly name: string;
  readonly trigger: Trigger;
  readonly known: readonly KnownResource[];
  readonly wakes: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: 'a resource that nobody knows yet wakes itself',
    trigger: { kind: 'Resource', key: 'ns/new', workload: undefined },
    known: [],
    wakes: ['ns/new'],
  },
  {
    name: 'a resource wakes itself, once',
    trigger: { kind: 'Resource', key: 'ns/other', workload: 'thanos' },
    known: all,
    wakes: ['ns/other'],
  },
  {
    name: 'a resource wakes all that claim the same workload',
    trigger: { kind: 'Resource', key: 'ns/two', workload: 'prometheus' },
    known: all,
    wakes: ['ns/two', 'ns/one'],
  },
  {
    name: 'a workload that nobody names wakes nobody',
    trigger: { kind: 'Workload', name: 'database' },
    known: all,
    wakes: [],
  },
  {
    name: 'a workload wakes all that name it',
    trigger: { kind: 'Workload', name: 'prometheus' },
    known: all,
    wakes: ['ns/one', 'ns/two'],
  },
  {
    name: 'a pod wakes all that name its workload',
    trigger: { kind: 'Pod', workload: 'thanos' },
    known: all,
    wakes: ['ns/other'],
  },
  {
    name: 'a ConfigMap that nobody read wakes nobody',
    trigger: { kind: 'ConfigMap', name: 'kube-root-ca.crt' },
    known: all,
    wakes: [],
  },
  {
    name: 'a ConfigMap wakes all that read it',
    trigger: { kind: 'ConfigMap', name: 'shared' },
    known: all,
    wakes: ['ns/one', 'ns/two'],
  },
  {
    name: 'a mesh policy with our label wakes the resource that it names',
    trigger: { kind: 'MeshPolicy', resource: 'two' },
    known: all,
    wakes: ['ns/two'],
  },
  {
    name: 'a mesh policy that is not ours wakes all',
    trigger: { kind: 'MeshPolicy', resource: undefined },
    known: all,
    wakes: ['ns/one', 'ns/two', 'ns/other'],
  },
  {
    name: 'a mesh policy whose label names nobody wakes all',
    trigger: { kind: 'MeshPolicy', resource: 'gone' },
    known: all,
    wakes: ['ns/one', 'ns/two', 'ns/other'],
  },
];

describe('keysToWake', () => {
  it.each(rows)('$name', ({ trigger, known, wakes }) => {
    expect(keysToWake(trigger, known)).toEqual(wakes);
  });
});
