import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../../src/api/kubernetes.ts';
import { planUndo } from '../../../src/plan/undo/undo.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { entry } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import {
  CONFIG_RECORD,
  doing,
  JOB,
  operations,
  ourTemplate,
  policies,
  RECORD,
  STATUS,
  undo,
} from './world.ts';

describe('planUndo with Retain', () => {
  it('takes our entries out of managedFields and nothing else', () => {
    const config = configMap(REWRITTEN_YAML, {
      metadata: { managedFields: [entry(MANAGER, ['f:data'], { operation: 'Update' })] },
    });
    const plan = undo({ policy: 'Retain', config });
    expect(doing(plan)).toEqual([
      'ReleaseOwnership StatefulSet',
      'ReleaseOwnership Sidecar',
      'ReleaseOwnership PeerAuthentication',
      'ReleaseOwnership ConfigMap',
    ]);
    expect(plan.actions.map((_, index) => operations(plan, index).slice(1))).toEqual([
      [{ op: 'remove', path: '/metadata/managedFields/1' }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
    ]);
    expect([plan.events, plan.waitMs]).toEqual([[], 0]);
  });

  it('is done where nothing is ours', () => {
    const plan = planUndo(snapshot({ resource: scrape({ deletionPolicy: 'Retain' }), statefulSet: wired() }));
    expect(plan).toEqual({ needs: [], actions: [], events: [], waitMs: 0 });
  });

  it.each([
    { name: 'the StatefulSet is gone', seen: { statefulSet: { kind: 'absent' as const } } },
    { name: 'nothing may be read', seen: { statefulSet: { kind: 'unreadable' as const, message: 'no' } } },
  ])('does not hang when $name', ({ seen }) => {
    expect(planUndo(snapshot({ resource: scrape(), ...seen })).actions).toEqual([]);
  });
});

describe('planUndo with Restore', () => {
  it('reads the ConfigMap that status names first', () => {
    const resource = scrape({ deletionPolicy: 'Restore' }, { status: STATUS });
    expect(planUndo(snapshot({ resource, reads: {} })).needs).toEqual([
      { kind: 'ConfigMap', name: 'prometheus' },
    ]);
  });

  it('puts the config back first, byte for byte, and drops its record', () => {
    const plan = undo();
    expect(doing(plan)).toEqual(['PatchObject ConfigMap']);
    expect(operations(plan)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
      { op: 'replace', path: '/data/prometheus.yaml', value: PROMETHEUS_YAML },
      { op: 'remove', path: '/metadata/annotations/meshscrape.dev~1original-tls-config' },
    ]);
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreUnverified',
        note: 'the jobs read their old files again; whether the certificate of secret istio.default is still valid could not be read',
      },
    ]);
  });

  it('keeps the record of another resource on the same ConfigMap', () => {
    const both = RECORD.replace('{"prometheus":', '{"other":{},"prometheus":');
    const config = configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: both } } });
    expect(operations(undo({ config })).at(-1)).toEqual({
      op: 'add',
      path: '/metadata/annotations/meshscrape.dev~1original-tls-config',
      value: '{"other":{}}',
    });
  });

  it.each([
    { name: 'leaves a job that another resource reads too to that one', other: {}, restores: false },
    { name: 'restores it where the other one is gone', other: undefined, restores: true },
    {
      name: 'restores it where the other one goes as well',
      other: { metadata: { name: 'other', deletionTimestamp: '2026-03-01T11:59:00Z' } },
      restores: true,
    },
  ])('$name', ({ other, restores }) => {
    const both = JSON.stringify({ ...JSON.parse(RECORD), other: JSON.parse(RECORD).prometheus });
    const config = configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: both } } });
    const resources = other === undefined ? [] : [scrape({}, { metadata: { name: 'other' }, ...other })];
    const plan = undo({ config, resources });
    expect(operations(plan).map(({ path }) => path)).toEqual([
      '/metadata/resourceVersion',
      ...(restores ? ['/data/prometheus.yaml'] : []),
      '/metadata/annotations/meshscrape.dev~1original-tls-config',
    ]);
    expect(plan.events.map(({ reason }) => reason)).toEqual(restores ? ['RestoreUnverified'] : []);
  });

  const restored = configMap(PROMETHEUS_YAML);
  const running = {
    ...STATUS,
    config: { configMap: 'prometheus', rewrittenJobs: [JOB] },
    workload: { pods: 1 },
  };
  it.each([
    {
      name: 'five minutes after the deletion for a reload that nobody confirms',
      status: running,
      waitMs: 240_000,
    },
    { name: 'not at all without pods', status: { ...running, workload: { pods: 0 } }, waitMs: 0 },
    { name: 'not at all where no job was rewritten', status: STATUS, waitMs: 0 },
    { name: 'no longer than that', status: running, deletedAt: '2026-03-01T11:54:59Z', waitMs: 0 },
  ])('then waits $name', ({ waitMs, ...world }) => {
    const plan = undo({ config: restored, ...world });
    expect(plan.waitMs).toBe(waitMs);
    expect(doing(plan)).toEqual(
      waitMs > 0
        ? []
        : ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    );
  });

  it('never deletes an object of our name that somebody else made', () => {
    const foreign = { labels: {}, annotations: {} };
    const plan = planUndo(
      snapshot({
        resource: scrape({ deletionPolicy: 'Restore' }),
        sidecars: present([owned('Sidecar', undefined, foreign)]),
        peerAuthentications: present([owned('PeerAuthentication', undefined, { name: 'else' })]),
      }),
    );
    expect(plan.actions).toEqual([]);
  });

  const events = (config: ConfigMap) => undo({ config }).events.map(({ reason, note }) => [reason, note]);
  it('says which key is gone', () => {
    expect(
      events(configMap('', { data: {}, metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }))[0],
    ).toEqual(['RestoreIncomplete', 'left as it is: key prometheus.yaml of ConfigMap prometheus is gone']);
  });

  it('says that a file cannot be edited', () => {
    const [first] = events(configMap('a: [', { metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }));
    expect(first?.[0]).toBe('RestoreIncomplete');
    expect(first?.[1]).toMatch(/^left as it is: prometheus\.yaml cannot be edited: /);
  });

  it('says that the config record is lost, and keeps the wiring that the jobs still need', () => {
    const plan = undo({
      config: configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: '{' } } }),
    });
    expect(plan.events.map(({ note }) => note)).toEqual([
      'left as it is: the record in ConfigMap prometheus cannot be read',
      'left as it is: ConfigMap prometheus still names files in /etc/prom-certs, so the wiring stays; take it out by hand once no job needs it',
    ]);
    expect(new Set(plan.actions.map(({ kind }) => kind))).toEqual(new Set(['ReleaseOwnership']));
  });

  it('keeps the wiring where the ConfigMap cannot be read: its jobs may name the files', () => {
    const resource = scrape({ deletionPolicy: 'Restore' }, { status: STATUS });
    const configMaps = { prometheus: { kind: 'unreadable' as const, message: 'cannot get configmaps' } };
    const plan = planUndo(
      snapshot({ ...policies, resource, statefulSet: ourTemplate, reads: reads({ configMaps }) }),
    );
    expect(new Set(plan.actions.map(({ kind }) => kind))).toEqual(new Set(['ReleaseOwnership']));
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreIncomplete',
        note: 'left as it is: ConfigMap prometheus cannot be read, and its jobs may need the wiring: cannot get configmaps',
      },
    ]);
  });
});
