import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../../src/api/kubernetes.ts';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { planUndo } from '../../../src/plan/undo/undo.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { entry } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { podOf } from '../../support/pod.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { NOW_MS, snapshot } from '../../support/snapshot.ts';
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
  type World,
} from './world.ts';

describe('planUndo, with Retain', () => {
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
    expect(plan.actions.map(({ stage, gates }) => [stage, gates])).toEqual(
      plan.actions.map(() => [1, false]),
    );
    expect([plan.events, plan.waitMs]).toEqual([[], 0]);
  });

  it('does nothing where nothing is ours', () => {
    const plan = planUndo(snapshot({ resource: scrape({ deletionPolicy: 'Retain' }), statefulSet: wired() }));
    expect(plan).toEqual({ needs: [], actions: [], events: [], waitMs: 0, isConfigBack: false });
  });

  it.each([
    { name: 'the StatefulSet does not exist', seen: { statefulSet: { kind: 'absent' as const } } },
    {
      name: 'the StatefulSet may not be read',
      seen: { statefulSet: { kind: 'unreadable' as const, message: 'no' } },
    },
  ])('does not hang when $name', ({ seen }) => {
    expect(planUndo(snapshot({ resource: scrape(), ...seen })).actions).toEqual([]);
  });
});

describe('planUndo, with Restore', () => {
  it('reads the ConfigMap that status names first', () => {
    const resource = scrape({ deletionPolicy: 'Restore' }, { status: STATUS });
    expect(planUndo(snapshot({ resource, reads: {} })).needs).toEqual([
      { kind: 'ConfigMap', name: 'prometheus' },
    ]);
  });

  it('restores the configuration first, byte for byte, and drops its record', () => {
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
        note: 'the jobs read their old files again, with which their targets were up in the day before they were rewritten; whether the certificate of secret istio.default is still valid could not be read',
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
    { name: 'leaves a job to another resource that reads it too', other: {}, restores: false },
    {
      name: 'restores a job where the other resource does not exist any more',
      other: undefined,
      restores: true,
    },
    {
      name: 'restores a job where the other resource is being deleted as well',
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
      name: 'waits until five minutes after the deletion for a reload that nobody confirms',
      status: running,
      waitMs: 240_000,
    },
    {
      name: 'does not wait for a reload where no pod runs',
      status: running,
      answers: { pods: present([]) },
      waitMs: 0,
    },
    {
      name: 'does not wait for a reload where no job was rewritten',
      status: { config: { configMap: 'prometheus' }, workload: { pods: 1 } },
      waitMs: 0,
    },
    {
      name: 'does not wait for a reload longer than five minutes',
      status: running,
      deletedAt: '2026-03-01T11:54:59Z',
      waitMs: 0,
    },
  ])('$name', ({ waitMs, ...world }) => {
    const plan = undo({ config: restored, ...world });
    expect(plan.waitMs).toBe(waitMs);
    expect(doing(plan)).toEqual(
      waitMs > 0
        ? []
        : ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    );
  });

  it('never deletes an object of our name that it did not create', () => {
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
  it('says which key does not exist any more', () => {
    expect(
      events(configMap('', { data: {}, metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }))[0],
    ).toEqual(['RestoreIncomplete', 'left as it is: key prometheus.yaml of ConfigMap prometheus is gone']);
  });

  it('says which file cannot be edited', () => {
    const [first] = events(configMap('a: [', { metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }));
    expect(first?.[0]).toBe('RestoreIncomplete');
    expect(first?.[1]).toMatch(/^left as it is: prometheus\.yaml cannot be edited: /);
  });

  it('says what of a job was changed since, and leaves it', () => {
    const text = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/opt/key.pem');
    const annotations = { [CONFIG_RECORD]: RECORD };
    expect(events(configMap(text, { metadata: { annotations } }))[0]).toEqual([
      'RestoreIncomplete',
      `left as it is: job ${JOB}: key_file of job ${JOB} was changed since by somebody else and stays as it is.`,
    ]);
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

  it('reads the secret that the old files came from before it restores them', () => {
    const plan = undo({ answers: { secrets: {} } });
    expect(plan).toEqual({
      needs: [{ kind: 'Secret', name: 'istio.default' }],
      actions: [],
      events: [],
      waitMs: 0,
      isConfigBack: false,
    });
  });

  it('gives up ownership alone where the jobs would fail with their old files', () => {
    const plan = undo({ answers: { secrets: { 'istio.default': { kind: 'absent' } } } });
    expect(doing(plan)).toEqual([
      'ReleaseOwnership StatefulSet',
      'ReleaseOwnership Sidecar',
      'ReleaseOwnership PeerAuthentication',
    ]);
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreWouldBreakScraping',
        note: 'nothing was put back, as with deletionPolicy Retain, because the jobs would fail with their old files: secret istio.default does not exist',
      },
    ]);
    expect(plan.waitMs).toBe(0);
  });

  it('says nothing of the certificate where it is known to be valid', () => {
    const expiry = { kind: 'Known', notAfterMs: NOW_MS + 1 } as const;
    const secrets = { 'istio.default': present({ type: 'istio.io/key-and-cert', expiry, rootKeys: [] }) };
    const plan = undo({ answers: { secrets } });
    expect([doing(plan), plan.events]).toEqual([['PatchObject ConfigMap'], []]);
  });

  it('gives the ConfigMap back where an interrupted restore left our name', () => {
    const managedFields = [entry('helm', ['f:data']), entry(MANAGER, ['f:data'], { operation: 'Update' })];
    expect(doing(undo({ config: configMap(PROMETHEUS_YAML, { metadata: { managedFields } }) }))).toEqual([
      'ReleaseOwnership ConfigMap',
    ]);
  });

  it('does not wait for a reload where the template holds nothing of ours', () => {
    const plan = undo({ of: wired(), config: restored, status: running });
    expect([plan.waitMs, plan.needs, doing(plan)]).toEqual([
      0,
      [],
      ['DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    ]);
  });

  const pod = podOf(ourTemplate);
  const reachable = present([{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }]);
  const serving = (config: string): PrometheusSeen => ({
    ...{ kind: 'answered', config, reloadSucceeded: true, configLoadedMs: 1000, pools: [], targets: [] },
  });
  const reloads: readonly {
    name: string;
    answers: Answers;
    does: string[];
    needs: string[];
    waitMs: number;
  }[] = [
    {
      name: 'asks Prometheus before it takes the wiring out',
      answers: { pods: reachable },
      ...{ does: [], needs: ['Prometheus'], waitMs: 0 },
    },
    {
      name: 'reloads a Prometheus that serves the new paths, and keeps the wiring',
      answers: { pods: reachable, prometheus: { 'prometheus-0': serving(REWRITTEN_YAML) } },
      ...{ does: ['ReloadPrometheus StatefulSet'], needs: [], waitMs: 10_000 },
    },
    {
      name: 'takes the wiring out once Prometheus serves the old paths',
      answers: { pods: reachable, prometheus: { 'prometheus-0': serving(PROMETHEUS_YAML) } },
      does: ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
      ...{ needs: [], waitMs: 0 },
    },
  ];
  it.each(reloads)('$name', ({ answers, does, needs, waitMs }) => {
    const plan = undo({
      ...{ config: restored, status: running, answers, spec: { config: { reload: 'Http' } } },
    });
    expect([doing(plan), plan.needs.map(({ kind }) => kind), plan.waitMs]).toEqual([does, needs, waitMs]);
  });
});

describe('planUndo, where something is not there any more', () => {
  const restored = configMap(PROMETHEUS_YAML);
  const absent = { kind: 'absent' } as const;
  const unreadable = { kind: 'unreadable', message: 'forbidden' } as const;
  const rows: readonly { name: string; world: World; retains: string[]; restores: string[] }[] = [
    {
      name: 'the CRD of Sidecars',
      world: { seen: { sidecars: absent } },
      retains: ['ReleaseOwnership StatefulSet', 'ReleaseOwnership PeerAuthentication'],
      restores: ['PatchObject StatefulSet', 'DeleteObject PeerAuthentication'],
    },
    {
      name: 'the permission to read Sidecars',
      world: { seen: { sidecars: unreadable } },
      retains: ['ReleaseOwnership StatefulSet', 'ReleaseOwnership PeerAuthentication'],
      restores: ['PatchObject StatefulSet', 'DeleteObject PeerAuthentication'],
    },
    {
      name: 'Istio',
      world: { seen: { sidecars: absent, peerAuthentications: absent } },
      retains: ['ReleaseOwnership StatefulSet'],
      restores: ['PatchObject StatefulSet'],
    },
    {
      name: 'the StatefulSet',
      world: { seen: { statefulSet: absent } },
      retains: ['ReleaseOwnership Sidecar', 'ReleaseOwnership PeerAuthentication'],
      restores: ['DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    },
    {
      name: 'the ConfigMap',
      world: { answers: { configMaps: { prometheus: absent } } },
      retains: [
        'ReleaseOwnership StatefulSet',
        'ReleaseOwnership Sidecar',
        'ReleaseOwnership PeerAuthentication',
      ],
      restores: ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    },
    {
      name: 'the container of Prometheus',
      world: { spec: { workload: { container: 'gone' } } },
      retains: [
        'ReleaseOwnership StatefulSet',
        'ReleaseOwnership Sidecar',
        'ReleaseOwnership PeerAuthentication',
      ],
      restores: ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    },
  ];
  it.each(rows)('gives up the rest under Retain without $name', ({ world, retains }) => {
    const plan = undo({ policy: 'Retain', config: restored, ...world });
    expect([doing(plan), plan.needs, plan.events, plan.waitMs]).toEqual([retains, [], [], 0]);
  });

  it.each(rows)('restores the rest without $name', ({ world, restores }) => {
    const plan = undo({ config: restored, ...world });
    expect([doing(plan), plan.needs, plan.events, plan.waitMs]).toEqual([restores, [], [], 0]);
  });

  it('waits the whole time for a reload without the container of Prometheus', () => {
    const status = {
      config: { configMap: 'prometheus', rewrittenJobs: [JOB] },
      workload: { pods: 1 },
    };
    const plan = undo({ config: restored, status, spec: { workload: { container: 'gone' } } });
    expect([doing(plan), plan.waitMs]).toEqual([[], 240_000]);
  });

  it('restores the configuration without the container of Prometheus', () => {
    const plan = undo({ spec: { workload: { container: 'gone' } } });
    expect([doing(plan), plan.events]).toEqual([['PatchObject ConfigMap'], []]);
  });
});
