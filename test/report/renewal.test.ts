import { describe, expect, it } from 'vitest';
import type { PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { ProxyAgentSeen } from '../../src/plan/model/prometheus-seen.ts';
import { eventsOf } from '../../src/report/events.ts';
import { renewalEvents } from '../../src/report/renewal.ts';
import type { Report } from '../../src/report/report.ts';
import { statusOf } from '../../src/report/status.ts';
import { present } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { NOW_MS } from '../support/snapshot.ts';
import { wired } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { reportAfter, rolled } from './world.ts';

const HOUR_MS = 3_600_000;
const answered = (hours: number): ProxyAgentSeen => ({
  kind: 'answered',
  notAfterMs: NOW_MS + hours * HOUR_MS,
});

/** The report of a wired Prometheus, `before` being the status that it had. */
function reportWith(
  agent: ProxyAgentSeen,
  before?: PrometheusIstioScrapeStatus,
  text = REWRITTEN_YAML,
): Report {
  const pod = podOf(wired());
  const seen = rolled(wired(), {
    pods: [{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }],
    configMaps: { prometheus: present(configMap(text)) },
    proxyAgents: { 'prometheus-0': agent },
  });
  const resource = scrape({}, before === undefined ? {} : { status: before });
  return reportAfter({ seen: { ...seen, resource } });
}

const statusWith = (...of: Parameters<typeof reportWith>): PrometheusIstioScrapeStatus =>
  statusOf(reportWith(...of));

const seenAs = (firstSeenTime: string, notAfter: string): PrometheusIstioScrapeStatus => ({
  ...statusWith(answered(24)),
  certificates: { serving: [{ pod: 'prometheus-0', notAfter, firstSeenTime }] },
});
const OLD = seenAs('2026-02-28T20:00:00Z', '2026-03-01T20:00:00Z');
const certificatesReady = ({ conditions }: PrometheusIstioScrapeStatus) =>
  conditions?.find(({ type }) => type === 'CertificatesReady');

describe('servingFields', () => {
  it('gives the end of each, and when it was seen first', () => {
    expect(statusWith(answered(24)).certificates).toEqual({
      adopted: false,
      inherited: false,
      outputDirectory: '/etc/istio-output-certs',
      mountPath: '/etc/prom-certs',
      volumeName: 'istio-output-certs',
      serving: [
        {
          pod: 'prometheus-0',
          notAfter: '2026-03-02T12:00:00Z',
          firstSeenTime: '2026-03-01T12:00:00Z',
        },
      ],
    });
  });

  it('has none where the agent never answered', () => {
    expect(statusWith({ kind: 'silent', message: 'ECONNREFUSED' }).certificates).not.toHaveProperty(
      'serving',
    );
  });

  it('does not move while nothing changes', () => {
    const first = statusWith(answered(24));
    expect(statusWith(answered(24 + 0.001), first)).toEqual(first);
  });

  it('keeps them while the pods are not asked: drift must not make an old certificate young', () => {
    const drifted = statusWith(answered(8), OLD, PROMETHEUS_YAML);
    expect(drifted.certificates?.serving).toEqual(OLD.certificates?.serving);
  });
});

describe('renewalEvents, past two thirds of a life', () => {
  const late = statusWith(answered(8), OLD);

  it('come with a finding and a sentence of CertificatesReady, which stays True', () => {
    expect(late.findings?.map(({ code, target }) => [code, target])).toEqual([
      ['CertificateNotRenewed', 'Pod/prometheus-0'],
    ]);
    expect(certificatesReady(late)).toMatchObject({
      status: 'True',
      message: expect.stringMatching(
        /^1 of 1 pods are wired; Pod\/prometheus-0: two thirds of the life .* it ends at 2026-03-01T20:00:00Z/,
      ) as string,
    });
    expect(late.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('report it once', () => {
    expect(renewalEvents(scrape({}, { status: OLD }), late)).toEqual([
      {
        type: 'Warning',
        reason: 'CertificateNotRenewed',
        note: expect.stringMatching(/^Pod\/prometheus-0: two thirds of the life/) as string,
      },
    ]);
    expect(renewalEvents(scrape({}, { status: late }), statusWith(answered(8), late))).toEqual([]);
  });

  it('are Events of the resource and of its workload', () => {
    const events = eventsOf({ report: reportWith(answered(8), OLD), written: [], status: late });
    expect(
      events.flatMap(({ regarding, action, reason }) =>
        reason === 'CertificateNotRenewed' ? [`${regarding} ${action}`] : [],
      ),
    ).toEqual(['Resource CheckRenewal', 'Workload CheckRenewal']);
  });

  it('report it again when it has ended', () => {
    const over = statusWith(answered(-1), seenAs('2026-02-28T11:00:00Z', '2026-03-01T11:00:00Z'));
    expect(renewalEvents(scrape({}, { status: late }), over).map(({ note }) => note.slice(0, 44))).toEqual([
      'Pod/prometheus-0: its certificate ended at 2',
    ]);
  });

  it('leave no trace in status once it is renewed', () => {
    const renewed = statusWith(answered(24), late);
    expect([renewed.findings, certificatesReady(renewed)?.message]).toEqual([
      undefined,
      '1 of 1 pods are wired',
    ]);
  });
});
