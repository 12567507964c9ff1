import { describe, expect, it } from 'vitest';
import { keysOf, type Expiry, type SecretFacts } from '../../../src/api/certificate.ts';
import type { Observed } from '../../../src/plan/model/observed.ts';
import { workloadOf } from '../../../src/plan/workload/target.ts';
import { restoreGuard } from '../../../src/plan/undo/guard.ts';
import { createAuthority } from '../../../testbed/control-plane/certificates.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';

const texts = { 'prometheus.yaml': PROMETHEUS_YAML };
const jobs = { 'kubernetes-pods-istio-secure': { ca_file: '/etc/certs/root-cert.pem' } };
const ofKey = { version: 1, mountPaths: ['/etc/prom-certs'], jobs, upAt: '2026-02-01T12:00:00Z' };
const record = { prometheus: { 'prometheus.yaml': ofKey } };
const holding = (records: object) =>
  configMap(REWRITTEN_YAML, {
    metadata: { annotations: { 'meshscrape.dev/original-tls-config': JSON.stringify(records) } },
  });
const config = holding(record);
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
  it.each(rows)('evaluates a certificate that is $name to $kind', ({ secret, kind, why }) => {
    expect(restoreGuard(seen(secret), config, texts)).toEqual({ kind, why, needs: [] });
  });

  const { upAt, ...notUp } = ofKey;
  const forbidden: Observed<SecretFacts> = { kind: 'unreadable', message: 'no' };
  it.each([
    { name: 'a target was up', records: record, kind: 'Unverified' },
    {
      name: 'no target was up, or an earlier version wrote the record',
      records: { prometheus: { 'prometheus.yaml': notUp } },
      kind: 'Unproven',
    },
    {
      name: 'only the record of another resource says that a target was up',
      records: { prometheus: { 'prometheus.yaml': notUp }, other: { 'prometheus.yaml': ofKey } },
      kind: 'Unproven',
    },
    {
      name: 'only another key has a target that was up',
      records: { prometheus: { 'prometheus.yaml': notUp, 'more.yaml': { ...notUp, upAt } } },
      kind: 'Unproven',
    },
  ])('evaluates a certificate that is forbidden to $kind where $name', ({ records, kind }) => {
    expect(restoreGuard(seen(forbidden), holding(records), texts)).toEqual({
      kind,
      why: 'whether the certificate of secret istio.default is still valid could not be read',
      needs: [],
    });
  });

  it.each([
    { name: 'good', secret: ends(NOW_MS + 1), kind: 'Safe' },
    { name: 'expired', secret: ends(NOW_MS), kind: 'WouldBreak' },
  ])('does not need the record where the certificate is $name', ({ secret, kind }) => {
    const records = { prometheus: { 'prometheus.yaml': notUp } };
    expect(restoreGuard(seen(secret), holding(records), texts).kind).toBe(kind);
  });

  it('asks for the secret that the old files came from', () => {
    expect(restoreGuard(seen(undefined), config, texts).needs).toEqual([
      { kind: 'Secret', name: 'istio.default' },
    ]);
  });

  it('expects the jobs to break where nothing is mounted at their old directory', () => {
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

  it('expects them to break where the mount at a directory that was not listed is gone', () => {
    const texts = { 'prometheus.yaml': PROMETHEUS_YAML.replaceAll('/etc/certs', '/srv/mesh') };
    const recordOf = (more: object) => {
      const own = { 'prometheus.yaml': { ...record.prometheus['prometheus.yaml'], ...more } };
      const annotation = JSON.stringify({ prometheus: own });
      return configMap(REWRITTEN_YAML, {
        metadata: { annotations: { 'meshscrape.dev/original-tls-config': annotation } },
      });
    };
    const guard = (more: object) => restoreGuard(seen(undefined), recordOf(more), texts);
    expect(guard({ legacyDirectories: ['/srv/mesh'] })).toEqual({
      kind: 'WouldBreak',
      why: 'nothing is mounted at /srv/mesh/root-cert.pem any more',
      needs: [],
    });
    expect(guard({ legacyDirectories: ['/srv/mesh/root-cert.pem'] }).kind).toBe('WouldBreak');
    expect(guard({ legacyDirectories: ['/srv/mes'] }).kind).toBe('Safe');
  });

  const withJob = (job: string, file: string) => ({
    'prometheus.yaml': `${PROMETHEUS_YAML}- job_name: ${job}\n  scheme: https\n  tls_config:\n    ca_file: ${file}\n`,
  });
  it('does not mind the lost files of a job that is not in its record', () => {
    const other = withJob('other', '/etc/istio-certs/root-cert.pem');
    expect(restoreGuard(seen(ends(NOW_MS + 1)), config, other).kind).toBe('Safe');
  });

  it('does not mind the lost files of a job in the record of another resource', () => {
    const both = {
      ...record,
      another: { 'prometheus.yaml': { version: 1, mountPaths: [], jobs: { other: {} } } },
    };
    const shared = configMap(REWRITTEN_YAML, {
      metadata: { annotations: { 'meshscrape.dev/original-tls-config': JSON.stringify(both) } },
    });
    const texts = withJob('other', '/etc/istio-certs/root-cert.pem');
    expect(restoreGuard(seen(ends(NOW_MS + 1)), shared, texts).kind).toBe('Safe');
  });

  it('does not mind a file outside the legacy directories, which an image may hold', () => {
    const texts = { 'prometheus.yaml': PROMETHEUS_YAML.replace('/etc/certs/key.pem', '/opt/key.pem') };
    expect(restoreGuard(seen(ends(NOW_MS + 1)), config, texts).kind).toBe('Safe');
  });

  it('expects the jobs to break with a certificate of another CA', () => {
    const [ours, other] = [createAuthority({ commonName: 'ours' }), createAuthority({ commonName: 'other' })];
    const expiry: Expiry = { kind: 'Known', notAfterMs: NOW_MS + 1 };
    const secrets = {
      'istio.default': present({
        ...{ type: 'istio.io/key-and-cert', expiry, rootKeys: keysOf(ours.cert) },
      }),
    };
    const trusts = (root: string) => {
      const data = { 'root-cert.pem': root };
      const configMaps = { 'istio-ca-root-cert': present(configMap('', { data })) };
      return restoreGuard(seen(undefined, { reads: reads({ secrets, configMaps }) }), config, texts);
    };
    expect(trusts(other.cert)).toEqual({
      kind: 'WouldBreak',
      why: 'secret istio.default is of another CA than the mesh has now',
      needs: [],
    });
    expect(trusts(ours.cert).kind).toBe('Safe');
  });

  it('asks for the roots of the mesh before it calls a certificate safe', () => {
    const facts = { type: 'istio.io/key-and-cert', rootKeys: ['k'] };
    const secret = present({ ...facts, expiry: { kind: 'Known', notAfterMs: NOW_MS + 1 } as const });
    expect(restoreGuard(seen(secret), config, texts).needs).toEqual([
      { kind: 'ConfigMap', name: 'istio-ca-root-cert' },
    ]);
  });

  it.each([
    {
      name: 'the file cannot be resolved any more',
      change: {
        statefulSet: statefulSet({
          spec: { template: { spec: { containers: [{ name: 'prometheus' }], volumes: [] } } },
        }),
      },
      text: PROMETHEUS_YAML,
      why: '/etc/prometheus/prometheus.yml lies in no volume of container prometheus; set spec.config.configMap.name and .key if a ConfigMap holds it after all',
    },
    {
      name: 'the restored file cannot be parsed',
      change: {},
      text: 'a: [',
      why: 'prometheus.yaml line ',
    },
  ])('does not know where $name', ({ change, text, why }) => {
    const guard = restoreGuard(seen(undefined, change), config, { 'prometheus.yaml': text });
    expect([guard.kind, guard.why.startsWith(why), guard.needs]).toEqual(['Unverified', true, []]);
  });

  const none = { kind: 'Safe', why: '', needs: [] };
  it.each([
    { name: 'no job is restored', guard: () => restoreGuard(seen(undefined), config, {}) },
    { name: 'the ConfigMap does not exist', guard: () => restoreGuard(seen(undefined), undefined, texts) },
    {
      name: 'the StatefulSet does not exist',
      guard: () => restoreGuard(seen(undefined, { statefulSet: { kind: 'absent' } }), config, texts),
    },
    {
      name: 'the container of Prometheus does not exist',
      guard: () =>
        restoreGuard(
          seen(undefined, { resource: scrape({ workload: { container: 'gone' } }) }),
          config,
          texts,
        ),
    },
  ])('has nothing to say where $name', ({ guard }) => {
    expect(guard()).toEqual(none);
  });
});
