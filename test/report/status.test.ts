import { describe, expect, it } from 'vitest';
import type { PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import { fingerprint } from '../../src/plan/model/field.ts';
import { plan } from '../../src/plan/plan.ts';
import { statusOf } from '../../src/report/status.ts';
import { reads } from '../support/answers.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { type SnapshotOptions, snapshot } from '../support/snapshot.ts';
import { wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { ABSENT, LATER, NOW, asked, configured, legacy, ready, reportAfter } from './world.ts';

const done = wired();
const JOB = 'kubernetes-pods-istio-secure';

function status(seen: SnapshotOptions, now = NOW): PrometheusIstioScrapeStatus {
  return statusOf(reportAfter({ seen, now }));
}

describe('statusOf', () => {
  it('lists for a newcomer what is pending, with the value and what it waits for', () => {
    const made = status(legacy);
    expect([made.pendingCount, made.pending?.length]).toEqual([24, 20]);
    expect(made.pending?.[0]).toEqual({
      target: 'PeerAuthentication/meshscrape-prometheus',
      path: 'metadata.labels[meshscrape.dev/resource]',
      operation: 'Add',
      expected: 'prometheus',
      waitingFor: 'Write',
    });
    expect(made.drift).toEqual({ activeCount: 0, detectedTotal: 0, truncated: false, fields: [] });
    expect(made).toMatchObject({
      observedGeneration: 1,
      workload: { container: 'prometheus', updateRevision: 'prometheus-1', pods: 1, podsWired: 0 },
      certificates: {
        outputDirectory: '/etc/istio-output-certs',
        mountPath: '/etc/prom-certs',
        volumeName: 'istio-output-certs',
      },
      config: {
        configMap: 'prometheus',
        key: 'prometheus.yaml',
        source: 'Resolved',
        jobs: '0/1',
        rewrittenJobs: [],
        skippedJobs: [],
      },
      istio: { egressHosts: ['istio-system/*'] },
      lastInSync: {},
      staleSecretCount: 1,
      staleSecrets: [
        {
          secret: 'istio.default',
          state: 'Unreadable',
          optional: true,
          usedBy: [
            { kind: 'StatefulSet', name: 'prometheus', path: 'spec.template.spec.volumes[name=istio-certs]' },
            {
              kind: 'StatefulSet',
              name: 'prometheus',
              path: 'spec.template.spec.containers[name=prometheus].volumeMounts[mountPath=/etc/certs]',
            },
            { kind: 'ConfigMap', name: 'prometheus', path: 'scrape_configs[kubernetes-pods-istio-secure]' },
            { kind: 'Pod', name: 'prometheus-0', path: 'spec.volumes[name=istio-certs]' },
          ],
        },
      ],
    });
  });

  it('says what is done', () => {
    const made = status(ready);
    expect(made).toMatchObject({
      pendingCount: 0,
      pending: [],
      workload: { pods: 1, podsWired: 1 },
      config: { jobs: '1/1', rewrittenJobs: [JOB] },
      istio: { proxyVersion: '1.30.3', proxyMode: 'Container' },
    });
    const parts = plan(snapshot(ready)).evaluation?.parts;
    expect(made.lastInSync).toEqual({
      workload: fingerprint(parts?.workload.fields ?? []),
      config: fingerprint(parts?.config.fields ?? []),
      sidecar: fingerprint(parts?.sidecar.fields ?? []),
      peerAuthentication: fingerprint(parts?.peerAuthentication.fields ?? []),
    });
  });

  it('says what an old proxy means', () => {
    const pods = [podOf(done, { proxy: 'native', proxyImage: 'istio/proxyv2:1.9.3' })];
    const made = status({ ...ready, reads: reads({ statefulSet: done, pods }) });
    expect(made.istio).toMatchObject({ proxyVersion: '1.9.3', proxyMode: 'Native' });
    expect(made.findings?.map(({ code }) => code)).toEqual(['FilesUnreadable', 'ReadinessProvesNothing']);
    expect(made.findingCount).toBe(2);
  });

  it.each([
    { name: 'a resource that is ready', seen: ready },
    { name: 'a new one', seen: legacy },
    { name: 'one that is halted', seen: { statefulSet: ABSENT } },
    { name: 'one that observes', seen: { ...legacy, resource: scrape({ mode: 'Observe' }) } },
  ])('is equal an hour later for $name', ({ seen }) => {
    const base = 'resource' in seen ? seen.resource : scrape();
    const first = status({ ...seen, resource: base });
    const second = status({ ...seen, resource: { ...base, status: first } }, LATER);
    expect(second).toEqual(first);
  });

  it.each([
    { name: 'Enforce', spec: {}, mode: 'Enforce' },
    { name: 'Observe', spec: { mode: 'Observe' }, mode: 'Observe' },
    { name: 'suspended', spec: { suspend: true }, mode: 'Suspended' },
    { name: 'suspended in Observe', spec: { mode: 'Observe', suspend: true }, mode: 'Suspended' },
  ] as const)('says in which mode it is where it is $name, halted or not', ({ spec, mode }) => {
    const resource = scrape(spec);
    expect(status({ ...ready, resource }).mode).toBe(mode);
    expect(status({ resource, statefulSet: ABSENT }).mode).toBe(mode);
  });

  it('echoes the request, clipped', () => {
    const resource = scrape(
      {},
      { metadata: { annotations: { 'meshscrape.dev/requestedAt': 'x'.repeat(300) } } },
    );
    expect(status({ ...ready, resource }).lastHandledRequest).toBe(`${'x'.repeat(255)}…`);
  });

  it('holds at most 64 rewritten jobs, and clips their names', () => {
    const job = (index: number) =>
      `- job_name: "${'n'.repeat(300)}${index}"\n  scheme: https\n  tls_config: {ca_file: /etc/prom-certs/root-cert.pem, cert_file: /etc/prom-certs/cert-chain.pem, key_file: /etc/prom-certs/key.pem, insecure_skip_verify: true}\n`;
    const text = `scrape_configs:\n${Array.from({ length: 70 }, (_, index) => job(index)).join('')}`;
    const made = status(configured(text));
    expect(made.config?.rewrittenJobs).toHaveLength(64);
    expect(made.config?.rewrittenJobs?.[0]).toHaveLength(256);
  });

  it('holds at most 16 skipped jobs and 8 stale secrets', () => {
    const inline = (index: number) =>
      `- job_name: j${index}\n  tls_config:\n    ca: PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n`;
    const text = `scrape_configs:\n${Array.from({ length: 20 }, (_, index) => inline(index)).join('')}`;
    const secrets = Array.from({ length: 10 }, (_, index) => ({
      name: `s${index}`,
      secret: { secretName: `istio.a${index}` },
    }));
    const of = wired({
      volumes: [{ name: 'istio-output-certs', emptyDir: { medium: 'Memory' } }, ...secrets],
    });
    const made = status(configured(text, of));
    expect(made.config?.skippedJobs).toHaveLength(16);
    expect(made.config?.skippedJobs?.[0]).toMatchObject({
      job: 'j0',
      reason: 'InlineCertificate',
      message: expect.stringMatching(/^line \d+: /) as string,
    });
    expect([made.staleSecretCount, made.staleSecrets?.length]).toEqual([11, 8]);
  });

  it('names the rewritten jobs beside one that was refused', () => {
    const text = `${REWRITTEN_YAML}- job_name: inline\n  tls_config:\n    ca: PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n`;
    const made = status(configured(text));
    const skippedJobs = [{ job: 'inline' }];
    expect(made.config).toMatchObject({ jobs: '1/2', rewrittenJobs: [JOB], skippedJobs });
  });

  it.each([
    { name: 'given', spec: { config: { configMap: { name: 'prometheus' } } }, of: done, source: 'Given' },
    { name: 'resolved', spec: {}, of: done, source: 'Resolved' },
  ])('says how the ConfigMap was found where it is $name', ({ spec, of, source }) => {
    expect(status({ ...ready, statefulSet: of, resource: scrape(spec) }).config?.source).toBe(source);
  });

  it('keeps what was last in sync while a part differs or cannot be evaluated', () => {
    const lastInSync = { workload: 'w', config: 'c', sidecar: 's', peerAuthentication: 'p' };
    const resource = scrape({}, { status: { lastInSync } });
    expect(status({ ...legacy, resource }).lastInSync).toEqual(lastInSync);
    expect(status({ resource, statefulSet: ABSENT }).lastInSync).toEqual(lastInSync);
  });

  it('keeps the ConfigMap’s name while it cannot be evaluated, so that Restore finds it', () => {
    const config = { configMap: 'prometheus', key: 'prometheus.yaml', rewrittenJobs: [JOB] };
    const resource = scrape({}, { status: { config } });
    expect(status({ resource, statefulSet: ABSENT }).config).toEqual(config);
    const ignored = scrape({ manage: { config: 'Ignore' } }, { status: { config } });
    expect(status({ ...ready, resource: ignored }).config).toEqual(config);
    const counted = scrape({}, { status: { config: { ...config, jobs: '1/1' } } });
    expect(status({ resource: counted, statefulSet: ABSENT }).config).toEqual(config);
  });

  it('holds at most 8 causes of failing targets, with their text cut to 256', () => {
    const report = reportAfter({ seen: asked({}) });
    const { evaluation } = report.plan;
    if (evaluation?.proof?.targets === undefined) throw new Error('Prometheus was not asked');
    const failures = Array.from({ length: 9 }, (_, index) => ({
      cause: `Cause${index}`,
      count: index + 1,
      example: 'e'.repeat(300),
      fix: 'f'.repeat(300),
    }));
    const targets = { ...evaluation.proof.targets, up: 1, down: 45, unknown: 2, failures } as never;
    const proof = { ...evaluation.proof, targets };
    const made = statusOf({
      ...report,
      plan: { ...report.plan, evaluation: { ...evaluation, proof } },
    });
    expect(made.targets).toEqual({
      summary: '1/48',
      up: 1,
      down: 45,
      unknown: 2,
      failures: failures.slice(0, 8).map(({ cause, count }) => ({
        cause,
        count,
        example: `${'e'.repeat(255)}…`,
        fix: `${'f'.repeat(255)}…`,
      })),
    });
  });

  it('says nothing of targets until Prometheus was asked', () => {
    expect(status(ready)).not.toHaveProperty('targets');
  });

  it('gives the version of the first pod that says one', () => {
    const pods = [
      podOf(done, { name: 'prometheus-0', proxyImage: 'registry/proxy@sha256:00', proxy: 'native' }),
      podOf(done, { name: 'prometheus-1' }),
    ];
    const of = wired({ spec: { replicas: 2 } });
    const made = status({ ...ready, statefulSet: of, reads: reads({ statefulSet: of, pods }) });
    expect(made.istio).toMatchObject({ proxyVersion: '1.30.3', proxyMode: 'Container' });
  });

  it('names no job as rewritten whose fields differ, beside one that is in sync', () => {
    const second = REWRITTEN_YAML.slice(REWRITTEN_YAML.indexOf('- job_name: '))
      .replace(JOB, 'second')
      .replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
    expect(status(configured(`${REWRITTEN_YAML}${second}`)).config?.rewrittenJobs).toEqual([JOB]);
  });
});

describe('statusOf, with drift', () => {
  const wrong = wired({
    labels: { 'sidecar.istio.io/inject': 'false' },
    annotations: { 'prometheus.istio.io/merge-metrics': 'true' },
  });
  const drifted: SnapshotOptions = { ...ready, statefulSet: wrong };
  const inSync = status(ready);
  const observing = (before: PrometheusIstioScrapeStatus) => scrape({ mode: 'Observe' }, { status: before });

  it('counts what was right and differs, not what is new', () => {
    const made = status({ ...drifted, resource: observing(inSync) });
    expect([made.pendingCount, made.drift?.activeCount, made.drift?.detectedTotal]).toEqual([0, 2, 2]);
    const never = status({ ...drifted, resource: scrape({ mode: 'Observe' }) });
    expect([never.pendingCount, never.drift?.activeCount]).toEqual([2, 0]);
  });

  it('counts it once every time, and over the change to Enforce that corrects it', () => {
    const first = status({ ...drifted, resource: observing(inSync) });
    const again = status({ ...drifted, resource: observing(first) });
    expect(again.drift?.detectedTotal).toBe(2);
    const at = snapshot({ ...ready, resource: scrape({}, { status: again }) });
    const { drift: corrected } = plan(snapshot({ ...drifted, resource: observing(again) }));
    const after = statusOf({
      resource: at.resource,
      plan: plan(at),
      outcomes: [],
      corrected,
      now: LATER,
    });
    expect([after.drift?.activeCount, after.drift?.detectedTotal]).toEqual([0, 2]);
  });

  it('counts a second drift after a correction', () => {
    const at = snapshot({ ...ready, resource: scrape({}, { status: inSync }) });
    const { drift: corrected } = plan(snapshot({ ...drifted, resource: scrape({}, { status: inSync }) }));
    const report = (before: PrometheusIstioScrapeStatus) =>
      statusOf({
        resource: scrape({}, { status: before }),
        plan: plan(at),
        outcomes: [],
        corrected,
        now: LATER,
      });
    const once = report(inSync);
    expect([once.drift?.detectedTotal, report(once).drift?.detectedTotal]).toEqual([2, 4]);
  });

  it('does not turn a live drift into something pending when another field of spec changes', () => {
    const first = status({ ...drifted, resource: observing(inSync) });
    const resource = scrape(
      { mode: 'Observe', interval: '5m' },
      { status: first, metadata: { generation: 2 } },
    );
    const made = status({ ...drifted, resource });
    expect([made.pendingCount, made.drift?.activeCount]).toEqual([0, 2]);
  });
});
