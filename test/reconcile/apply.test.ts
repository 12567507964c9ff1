import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes.ts';
import type { ApplyConflict } from '../../src/api/write.ts';
import type { Action } from '../../src/plan/model/action.ts';
import { applyAll } from '../../src/reconcile/apply.ts';
import type { Cluster, WriteResult } from '../../src/reconcile/cluster.ts';
import { configMap } from '../support/config-map.ts';
import { entry } from '../support/managed-fields.ts';
import { MANAGER, NAMESPACE } from '../support/scrape.ts';

/** A cluster that gives these answers one after the other, and records every request with all that it carries. */
function answering(...answers: readonly (WriteResult | (() => never))[]) {
  const requests: unknown[][] = [];
  const left = [...answers];
  const write =
    (verb: string) =>
    (...sent: unknown[]): Promise<WriteResult> => {
      requests.push([verb, ...sent]);
      const answer = left.shift() ?? written(configMap());
      return typeof answer === 'function' ? answer() : Promise.resolve(answer);
    };
  const reloadPrometheus = (...sent: unknown[]): Promise<void> => {
    requests.push(['reload', ...sent]);
    return Promise.resolve();
  };
  const verbs = { apply: write('apply'), patch: write('patch'), delete: write('delete'), reloadPrometheus };
  return { cluster: verbs as unknown as Cluster, requests };
}

const written = (object: KubernetesObject): WriteResult => ({ kind: 'written', object });
const conflicting = (...paths: readonly string[]): WriteResult & { readonly kind: 'conflict' } => ({
  kind: 'conflict',
  conflicts: paths.map((path): ApplyConflict => ({ manager: 'helm', path })),
  message: 'conflicts',
});
const STALE: WriteResult = { kind: 'stale', message: 'modified' };
const ABSENT: WriteResult = { kind: 'absent', message: 'not found' };
const refusedWith = (status: number): WriteResult => ({
  kind: 'refused',
  status,
  reason: 'R',
  message: 'no',
});

const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: 'prometheus' };
const base = { target, stage: 1, gates: true, reason: 'because', fieldManager: MANAGER };
const body = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'prometheus', namespace: NAMESPACE, uid: 'u' },
};
const operations = [{ op: 'remove', path: '/data/a' }] as const;
const patch: Action = { ...base, kind: 'PatchObject', operations, release: false };
const releasing: Action = { ...patch, release: true };
const deletion: Action = { ...base, kind: 'DeleteObject', uid: 'u' };
const template = (forceable: readonly string[] | 'all'): Action => ({
  ...base,
  kind: 'ApplyTemplate',
  body,
  forceable,
  onConflict: 'change it there',
  resourceVersion: '7',
});

/** The ConfigMap with our name in its managedFields, beside its owner's. */
const held = configMap(undefined, {
  metadata: { managedFields: [entry('kubectl', ['f:data']), entry(MANAGER, ['f:data'])] },
});
const RELEASE = [
  { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
  { op: 'remove', path: '/metadata/managedFields/1' },
];

const forced = { ...body, metadata: { ...body.metadata, resourceVersion: '7' } };
const tried = ['apply', body, { fieldManager: MANAGER, force: false }];
const takenAway = ['apply', forced, { fieldManager: MANAGER, force: true }];
const patched = ['patch', target, operations, MANAGER];

const requestRows: readonly {
  readonly name: string;
  readonly action: Action;
  readonly answers?: readonly WriteResult[];
  readonly requests: readonly unknown[];
}[] = [
  {
    name: 'an object of ours as a whole, with force where the plan says so',
    action: { ...base, kind: 'ApplyOwned', body, force: true },
    requests: [['apply', body, { fieldManager: MANAGER, force: true }]],
  },
  { name: 'a template without force', action: template('all'), requests: [tried] },
  {
    name: 'a template with force on what was seen, where all fields may be taken',
    action: template('all'),
    answers: [conflicting('.spec.a')],
    requests: [tried, takenAway],
  },
  {
    name: 'a template with force where every conflict is ours to take',
    action: template(['.spec.a', '.spec.b']),
    answers: [conflicting('.spec.a.x', '.spec.b')],
    requests: [tried, takenAway],
  },
  {
    name: 'a template without force where one conflict of two is not ours to take',
    action: template(['.spec.a']),
    answers: [conflicting('.spec.a', '.spec.b')],
    requests: [tried],
  },
  { name: 'a patch alone', action: patch, answers: [written(held)], requests: [patched] },
  {
    name: 'a patch, and the release of what was written',
    action: releasing,
    answers: [written(held)],
    requests: [patched, ['patch', target, RELEASE, MANAGER]],
  },
  {
    name: 'no release where managedFields do not name us',
    action: releasing,
    answers: [written(configMap())],
    requests: [patched],
  },
  { name: 'no release where nothing was written', action: releasing, answers: [STALE], requests: [patched] },
  {
    name: 'the release of ownership',
    action: { ...base, kind: 'ReleaseOwnership', operations },
    requests: [patched],
  },
  {
    name: 'a deletion with the uid as precondition',
    action: deletion,
    requests: [['delete', target, { uid: 'u' }]],
  },
  {
    name: 'a reload to every endpoint',
    action: {
      ...base,
      kind: 'ReloadPrometheus',
      endpoints: [
        { pod: 'p-0', url: 'http://10.0.0.7:9090' },
        { pod: 'p-1', url: 'http://10.0.0.8:9090' },
      ],
    },
    requests: [
      ['reload', { pod: 'p-0', url: 'http://10.0.0.7:9090' }],
      ['reload', { pod: 'p-1', url: 'http://10.0.0.8:9090' }],
    ],
  },
];

const outcomeRows: readonly {
  readonly name: string;
  readonly action: Action;
  readonly answers: readonly (WriteResult | (() => never))[];
  readonly outcome: object;
}[] = [
  {
    name: 'Written with the object of the answer',
    action: patch,
    answers: [written(held)],
    outcome: { kind: 'Written', object: held },
  },
  {
    name: 'Written with the released object',
    action: releasing,
    answers: [written(held), written(configMap())],
    outcome: { kind: 'Written', object: configMap() },
  },
  {
    name: 'Written with the patched object where the release lost a race',
    action: releasing,
    answers: [written(held), STALE],
    outcome: { kind: 'Written', object: held },
  },
  {
    name: 'Written without an object for a reload',
    action: { ...base, kind: 'ReloadPrometheus', endpoints: [] },
    answers: [],
    outcome: { kind: 'Written', object: undefined },
  },
  {
    name: 'Conflict with every field that another manager holds',
    action: template([]),
    answers: [conflicting('.spec.a', '.spec.b')],
    outcome: { kind: 'Conflict', conflicts: conflicting('.spec.a', '.spec.b').conflicts },
  },
  { name: 'Stale for a lost race', action: patch, answers: [STALE], outcome: { kind: 'Stale' } },
  { name: 'Stale for a patch of what is gone', action: patch, answers: [ABSENT], outcome: { kind: 'Stale' } },
  {
    name: 'Written for a deletion of what is gone',
    action: deletion,
    answers: [ABSENT],
    outcome: { kind: 'Written', object: undefined },
  },
  {
    name: 'Refused, forbidden, for 403',
    action: patch,
    answers: [refusedWith(403)],
    outcome: { kind: 'Refused', forbidden: true, message: 'no' },
  },
  {
    name: 'Refused, not forbidden, for 422',
    action: patch,
    answers: [refusedWith(422)],
    outcome: { kind: 'Refused', forbidden: false, message: 'no' },
  },
  {
    name: 'Failed with the message of an error',
    action: patch,
    answers: [
      () => {
        throw new Error('connection reset');
      },
    ],
    outcome: { kind: 'Failed', message: 'connection reset' },
  },
  {
    name: 'Failed with what was thrown in place of an error',
    action: patch,
    answers: [
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a library may
        throw 'reset';
      },
    ],
    outcome: { kind: 'Failed', message: 'reset' },
  },
];

describe('applyAll', () => {
  it.each(requestRows)('sends $name', async ({ action, answers = [], requests }) => {
    const { cluster, requests: sent } = answering(...answers);
    await applyAll(cluster, [action]);
    expect(sent).toEqual(requests);
  });

  it.each(outcomeRows)('records $name', async ({ action, answers, outcome }) => {
    const { cluster } = answering(...answers);
    expect(await applyAll(cluster, [action])).toEqual([{ action, ...outcome }]);
  });

  const stages = (...of: readonly (readonly [stage: number, gates: boolean])[]): readonly Action[] =>
    of.map(([stage, gates]) => ({ ...patch, stage, gates }));
  it.each([
    {
      name: 'skips every later stage after a failure',
      actions: stages([1, true], [2, true], [3, true]),
      kinds: ['Refused', 'Skipped', 'Skipped'],
    },
    {
      name: 'goes on in the stage of a failure',
      actions: stages([1, true], [1, true], [2, true]),
      kinds: ['Refused', 'Written', 'Skipped'],
    },
    {
      name: 'goes on after a failure that does not gate',
      actions: stages([1, false], [2, true]),
      kinds: ['Refused', 'Written'],
    },
  ])('$name', async ({ actions, kinds }) => {
    const { cluster } = answering(refusedWith(422));
    const outcomes = await applyAll(cluster, actions);
    expect(outcomes.map(({ kind }) => kind)).toEqual(kinds);
  });
});
