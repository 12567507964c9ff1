import { describe, expect, it } from 'vitest';
import type { Expiry, SecretFacts } from '../../../src/api/certificate.ts';
import type { Observed } from '../../../src/plan/model/observed.ts';
import { workloadOf } from '../../../src/plan/workload/target.ts';
import { restoreGuard } from '../../../src/plan/undo/guard.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';

const texts = { 'prometheus.yaml': PROMETHEUS_YAML };
const jobs = { 'kubernetes-pods-istio-secure': { ca_file: '/etc/certs/root-cert.pem' } };
const record = { prometheus: { 'prometheus.yaml': { version: 1, mountPaths: ['/etc/prom-certs'], jobs } } };
const config = configMap(REWRITTEN_YAML, {
  metadata: { annotations: { 'meshscrape.dev/original-tls-config': JSON.stringify(record) } },
});
const resource = scrape({ deletionPolicy: 'Restore' });

function seen(secret: Observed<SecretFacts> | undefined, change: SnapshotOptions = {}) {
  const secrets = secret === undefined ? {} : { 'istio.default': secret };
  const all = snapshot({ resource, reads: reads({ secrets }), ...change });
  return { snapshot: all, workload: workloadOf(all) };
}

const of = (expiry: Expiry): Observed<SecretFacts> =>
  present({ type: 'istio.io/key-and-cert', expiry, rootKeys: [] });
const ends = (notAfterMs: number): Observed<SecretFacts> => of({ kind: 'Known', notAfterMs });

describe('restoreGuard', () => {
  const rows: readonly { name: string; secret: Observed<SecretFacts>; kind: string; why: string }[] = [
    { name: 'good', secret: ends(NOW_MS + 1), kind: 'Safe', why: '' },
    {
      name: 'absent',
      secret: { kind: 'absent' },
      kind: 'WouldBreak',
      why: 'secret istio.default does not exist',
    },
    {
      name: 'expired',
      secret: ends(NOW_MS),
      kind: 'WouldBreak',
      why: 'secret istio.default expired 2026-03-01T12:00:00Z',
    },
    {
      name: 'forbidden',
      secret: { kind: 'unreadable', message: 'no' },
      kind: 'Unverified',
      why: 'whether the certificate of secret istio.default is still valid could not be read',
    },
    {
      name: 'of another shape',
      secret: of({ kind: 'Invalid', why: 'w' }),
      kind: 'Unverified',
      why: 'whether the certificate of secret istio.default is still valid could not be read',
    },
  ];
  it.each(rows)('evaluates a certificate that is $name', ({ secret, kind, why }) => {
    expect(restoreGuard(seen(secret), config, texts)).toEqual({ kind, why, needs: [] });
  });

  it('asks for the secret', () => {
    expect(restoreGuard(seen(undefined), config, texts).needs).toEqual([
      { kind: 'Secret', name: 'istio.default' },
    ]);
  });

  it('knows that nothing is there where nothing is mounted', () => {
    const bare = statefulSet();
    const containers = bare.spec.template.spec.containers.map((each) => ({
      ...each,
      volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }],
    }));
    const without = statefulSet({
      spec: { template: { spec: { ...bare.spec.template.spec, containers } } },
    });
    expect(restoreGuard(seen(undefined, { statefulSet: present(without) }), config, texts)).toEqual({
      kind: 'WouldBreak',
      why: 'nothing is mounted at /etc/certs/root-cert.pem any more',
      needs: [],
    });
  });

  const none = { kind: 'Safe', why: '', needs: [] };
  it.each([
    { name: 'no job is restored', guard: () => restoreGuard(seen(undefined), config, {}) },
    { name: 'the ConfigMap is gone', guard: () => restoreGuard(seen(undefined), undefined, texts) },
    {
      name: 'the StatefulSet is gone',
      guard: () => restoreGuard(seen(undefined, { statefulSet: { kind: 'absent' } }), config, texts),
    },
  ])('has nothing to say where $name', ({ guard }) => {
    expect(guard()).toEqual(none);
  });
});
