import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import type { ProofPlan } from '../../../src/plan/verification/proof.ts';
import { asked, old, prove, type World } from './proven.ts';

describe('planProof, where Prometheus serves the old paths', () => {
  const HTTP: World = { spec: { config: { reload: 'Http' } } };
  const reloader = { name: 'reload', image: 'configmap-reload:v0.15.0' };
  const [soon, later] = [10_000, 60_000];
  const limitMs = 180_000;
  const bySubPath: World = {
    spec: { config: { reload: 'Http', configMap: { name: 'prometheus' } } },
    mount: { mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
  };
  const rows: readonly {
    name: string;
    world: World;
    kind: ProofPlan['kind'];
    reloads: boolean;
    retryAfterMs: number | undefined;
  }[] = [
    { name: 'reloads over HTTP', world: HTTP, kind: 'Waiting', reloads: true, retryAfterMs: soon },
    {
      name: 'reloads over HTTP where the lifecycle API is on',
      world: { args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'does not reload twice in one reconciliation',
      world: { ...HTTP, reloadAsked: true },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: soon },
    },
    {
      name: 'does not reload under mode Observe',
      world: { spec: { mode: 'Observe', config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not reload while the resource is suspended',
      world: { spec: { suspend: true, config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not reload under manage.config Observe',
      world: { spec: { manage: { config: 'Observe' }, config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'asks a person for a reload under mode Observe after three minutes',
      world: {
        spec: { mode: 'Observe', config: { reload: 'Http' } },
        reloaded: { status: 'False', agoMs: limitMs + 1 },
      },
      ...{ kind: 'ReloadNeeded', reloads: false, retryAfterMs: later },
    },
    {
      name: 'leaves the reload to a reloader',
      world: { beside: [reloader], args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: soon },
    },
    {
      name: 'leaves the reload to the user under reload None',
      world: { spec: { config: { reload: 'None' } }, args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Unknown', reloads: false, retryAfterMs: later },
    },
    {
      name: 'waits for a reloader where none is seen',
      world: {},
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'evaluates again just after the three minutes',
      world: { reloaded: { status: 'False', agoMs: limitMs - 5_000 } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: 6_000 },
    },
    {
      name: 'asks for a reload where nobody is seen to do it within three minutes',
      world: { reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'ReloadNeeded', reloads: false, retryAfterMs: later },
    },
    {
      name: 'waits for a new pod where the file is mounted by subPath',
      world: bySubPath,
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'asks for a new pod where the file is mounted by subPath and none came within three minutes',
      world: { ...bySubPath, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'RestartNeeded', reloads: false, retryAfterMs: undefined },
    },
    {
      name: 'waits for three minutes',
      world: { ...HTTP, reloaded: { status: 'False', agoMs: limitMs } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'says after three minutes that the file does not arrive, and still reloads',
      world: { ...HTTP, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'NotPropagated', reloads: true, retryAfterMs: later },
    },
    {
      name: 'says after three minutes that the file does not arrive, and does not reload twice',
      world: { ...HTTP, reloadAsked: true, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'NotPropagated', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not count the time in which the paths were served',
      world: { ...HTTP, reloaded: { status: 'True', agoMs: 3_600_000 } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'does not count the time in which nothing was known',
      world: { ...HTTP, reloaded: { status: 'Unknown', agoMs: 3_600_000 } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
  ];
  it.each(rows)('$name', ({ world, kind, reloads, retryAfterMs }) => {
    const proof = prove({ ...world, answers: [old, {}] });
    expect([proof.kind, asked(proof), proof.retryAfterMs]).toEqual([
      kind,
      reloads ? ['http://10.0.0.0:9090'] : undefined,
      retryAfterMs,
    ]);
    expect(proof.targets).toBeUndefined();
  });

  it('names in its message how long it has waited', () => {
    const proof = prove({ ...HTTP, answers: [old], reloaded: { status: 'False', agoMs: limitMs + 1 } });
    expect(proof.message).toContain('prometheus-0 does not serve the new paths after 3 minutes');
  });

  it('says after three minutes that the load has failed where it knows the new paths', () => {
    const reloaded = { status: 'False', agoMs: limitMs + 1 } as const;
    const proof = prove({ ...HTTP, answers: [{ reloadSucceeded: false }], reloaded });
    expect(proof.message).toBe(
      'prometheus-0 names the new paths, and its last load has failed for 3 minutes: see its log',
    );
  });
});

describe('planProof, where the file is mounted by subPath', () => {
  const startedAt = (time: string | undefined): Partial<Pod['status']> => ({
    containerStatuses: [
      { name: 'prometheus', state: time === undefined ? {} : { running: { startedAt: time } } },
    ],
  });
  const silent = { kind: 'silent', message: 'timeout' } as const;
  const before = '2026-03-01T11:00:00Z';
  const rewritten = Date.parse('2026-03-01T11:00:01Z');
  const rows: readonly {
    name: string;
    answer?: Partial<PrometheusSeen>;
    started: string | undefined;
    rewrittenMs: number;
    subPath?: string;
    pod?: Partial<Pod['status']>;
    kind: ProofPlan['kind'];
  }[] = [
    {
      name: 'knows that a container which started before the rewrite reads the old file',
      ...{ started: before, rewrittenMs: rewritten, kind: 'Waiting' },
    },
    {
      name: 'knows it of a pod without an address',
      ...{ started: before, rewrittenMs: rewritten, pod: { podIP: '' }, kind: 'Waiting' },
    },
    {
      name: 'does not know it of a container which started with the rewrite',
      ...{ started: '2026-03-01T11:00:01Z', rewrittenMs: rewritten, kind: 'Unknown' },
    },
    {
      name: 'does not know it where nobody knows when the jobs were rewritten',
      ...{ started: before, rewrittenMs: NaN, kind: 'Unknown' },
    },
    {
      name: 'does not know it of a container that does not run: it reads the file when it starts',
      ...{ started: undefined, rewrittenMs: rewritten, kind: 'Unknown' },
    },
    {
      name: 'does not conclude it where kubelet updates the file',
      ...{ started: before, rewrittenMs: rewritten, subPath: '', kind: 'Unknown' },
    },
    {
      name: 'believes what Prometheus says',
      ...{ answer: {}, started: before, rewrittenMs: rewritten, kind: 'Served' },
    },
  ];
  it.each(rows)('$name', ({ answer = silent, started, rewrittenMs, subPath, pod, kind }) => {
    const world = {
      answers: [answer],
      spec: { config: { configMap: { name: 'prometheus' } } },
      mount:
        subPath === '' ? {} : { mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
      rewrittenMs,
    };
    expect(prove({ ...world, pod: { ...startedAt(started), ...pod } }).kind).toBe(kind);
  });

  it('asks for a new pod after three minutes, though nobody could be asked', () => {
    const proof = prove({
      answers: [silent],
      spec: { config: { configMap: { name: 'prometheus' }, reload: 'None' } },
      mount: { mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
      rewrittenMs: rewritten,
      pod: startedAt(before),
      reloaded: { status: 'False', agoMs: 181_000 },
    });
    expect([proof.kind, proof.message, proof.action]).toEqual([
      'RestartNeeded',
      'prometheus-0 still reads the old file, which is mounted by subPath: it changes only in a new pod',
      undefined,
    ]);
  });
});
