import { describe, expect, it } from 'vitest';
import type { EnvVar } from '../../../src/api/kubernetes.ts';
import type { PrometheusIstioScrapeStatus } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import { planRenewal } from '../../../src/plan/certificates/renewal.ts';
import type { ProxyAgentSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { reads } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';

const HOUR_MS = 3_600_000;
const at = (hours: number): string => `${new Date(NOW_MS + hours * HOUR_MS).toISOString().slice(0, 19)}Z`;
const answered = (hours: number, offMs = 0): ProxyAgentSeen => ({
  kind: 'answered',
  notAfterMs: NOW_MS + hours * HOUR_MS + offMs,
});
const silent: ProxyAgentSeen = { kind: 'silent', message: 'ECONNREFUSED' };

interface Row {
  readonly name: string;
  /** What status remembers of prometheus-0, in hours from now. */
  readonly before?: { readonly notAfter: number; readonly firstSeen: number };
  readonly agent: ProxyAgentSeen;
  /** Hours from now. */
  readonly certificate?: readonly [notAfter: number, firstSeen: number];
  readonly finding?: string;
  readonly retryAfterMs?: number;
}

const HINT =
  'see whether istiod answers and what istio-proxy logs about signing; an Envoy renews only while its Sidecar lets it see a Service (status.istio.egressHosts)';
const late = (end: string): string =>
  `two thirds of the life of its certificate are over and it was not renewed (Istio renews at half); it ends at ${end}: ${HINT}`;

interface Seen {
  readonly pods?: readonly string[];
  /** Of the proxies. */
  readonly env?: readonly EnvVar[];
}

const evaluate = (
  agents: Readonly<Record<string, ProxyAgentSeen>>,
  serving: { pod: string; notAfter: string; firstSeenTime: string }[] = [],
  { pods = Object.keys(agents), env = [] }: Seen = {},
) => {
  const of = wired();
  const status = { certificates: { serving } } as PrometheusIstioScrapeStatus;
  const made = pods.map((name) => {
    const pod = podOf(of, { name });
    const containers = pod.spec.containers.map((each) =>
      each.name === 'istio-proxy' ? { ...each, env } : each,
    );
    return {
      ...pod,
      spec: { ...pod.spec, containers },
      status: { ...pod.status, podIP: `10.0.0.${name.at(-1) ?? ''}` },
    };
  });
  const resource = scrape({}, { status });
  return planRenewal(
    subject({
      resource,
      statefulSet: of,
      reads: reads({ statefulSet: of, pods: made, proxyAgents: agents }),
    }),
  );
};

describe('planRenewal', () => {
  const rows: readonly Row[] = [
    {
      name: 'remembers a new certificate, and asks again at two thirds of its life',
      agent: answered(24),
      certificate: [24, 0],
      retryAfterMs: 16 * HOUR_MS + 1_000,
    },
    {
      name: 'keeps what it remembers while the countdown wobbles by seconds',
      before: { notAfter: 20, firstSeen: -4 },
      agent: answered(20, 4_900),
      certificate: [20, -4],
      retryAfterMs: 12 * HOUR_MS + 1_000,
    },
    {
      name: 'takes another end for another certificate',
      before: { notAfter: 12, firstSeen: -12 },
      agent: answered(24),
      certificate: [24, 0],
      retryAfterMs: 16 * HOUR_MS + 1_000,
    },
    {
      name: 'does not warn just before two thirds',
      before: { notAfter: 8.01, firstSeen: -15.99 },
      agent: answered(8.01),
      certificate: [8.01, -15.99],
      retryAfterMs: 37_000,
    },
    {
      name: 'warns from two thirds on, and asks every ten minutes',
      before: { notAfter: 8, firstSeen: -16 },
      agent: answered(8),
      certificate: [8, -16],
      finding: late('2026-03-01T20:00:00Z'),
      retryAfterMs: 600_000,
    },
    {
      name: 'asks more often at a short life, but not in a hot loop',
      before: { notAfter: 0.001, firstSeen: -0.02 },
      agent: answered(0.001),
      certificate: [0.001, -0.02],
      finding: late('2026-03-01T12:00:03Z'),
      retryAfterMs: 5_000,
    },
    {
      name: 'does not take an old certificate that it sees for the first time for a late one',
      agent: answered(2),
      certificate: [2, 0],
      retryAfterMs: (4 / 3) * HOUR_MS + 1_000,
    },
    {
      name: 'says that a certificate has ended, even at first sight',
      agent: answered(-1),
      certificate: [-1, 0],
      finding: `its certificate ended at 2026-03-01T11:00:00Z, so scrapes with it fail: ${HINT}`,
      retryAfterMs: 5_000,
    },
    {
      name: 'does not evaluate a silent agent, which may have renewed long ago',
      before: { notAfter: 1, firstSeen: -23 },
      agent: silent,
      certificate: [1, -23],
    },
    {
      name: 'forgets a certificate that ended in silence',
      before: { notAfter: -1, firstSeen: -25 },
      agent: silent,
    },
    {
      name: 'forgets a certificate that ends in silence this very moment',
      before: { notAfter: 0, firstSeen: -24 },
      agent: silent,
    },
    { name: 'knows nothing of an agent that never answered', agent: silent },
  ];
  it.each(rows)('$name', ({ before, agent, certificate, finding, retryAfterMs }) => {
    const serving =
      before === undefined
        ? []
        : [{ pod: 'prometheus-0', notAfter: at(before.notAfter), firstSeenTime: at(before.firstSeen) }];
    const plan = evaluate({ 'prometheus-0': agent }, serving);
    expect(
      plan.certificates.map(({ pod, notAfterMs, firstSeenMs }) => [
        pod,
        new Date(notAfterMs).toISOString(),
        new Date(firstSeenMs).toISOString(),
      ]),
    ).toEqual(
      certificate === undefined
        ? []
        : [['prometheus-0', ...certificate.map((hours) => new Date(Date.parse(at(hours))).toISOString())]],
    );
    expect(plan.findings).toEqual(
      finding === undefined
        ? []
        : [{ code: 'CertificateNotRenewed', target: 'Pod/prometheus-0', message: finding }],
    );
    expect(plan.retryAfterMs).toBe(retryAfterMs);
    expect(plan.needs).toEqual([]);
  });

  it.each([
    {
      name: 'one that renews late',
      ratio: '0.2',
      lateAtHours: 3.2,
      message: /SECRET_GRACE_PERIOD_RATIO 0.2 says/,
    },
    { name: 'one that renews early', ratio: '0.9', lateAtHours: 8, message: /RATIO 0.9 says/ },
    {
      name: 'one whose value cannot be read',
      ratio: 'half',
      lateAtHours: 8,
      message: /two thirds of the life/,
    },
    { name: 'one that says 0', ratio: '0', lateAtHours: 8, message: /two thirds of the life/ },
    { name: 'one that says 1', ratio: '1', lateAtHours: 8, message: /two thirds of the life/ },
  ])('uses the ratio of a pod for $name', ({ ratio, lateAtHours, message }) => {
    const left = (hours: number) => {
      const serving = [{ pod: 'prometheus-0', notAfter: at(hours), firstSeenTime: at(hours - 24) }];
      const env = [{ name: 'SECRET_GRACE_PERIOD_RATIO', value: ratio }];
      return evaluate({ 'prometheus-0': answered(hours) }, serving, { env }).findings;
    };
    expect(left(lateAtHours + 0.01)).toEqual([]);
    expect(left(lateAtHours).map((finding) => finding.message)).toEqual([expect.stringMatching(message)]);
  });

  it('asks the agent of every pod that was not asked yet', () => {
    expect(
      evaluate({ 'prometheus-0': answered(24) }, [], { pods: ['prometheus-0', 'prometheus-1'] }).needs,
    ).toEqual([
      {
        kind: 'ProxyAgent',
        endpoint: { pod: 'prometheus-1', url: 'http://10.0.0.1:15020/metrics' },
      },
    ]);
  });

  it('puts the certificate first that ends first', () => {
    const plan = evaluate({
      'prometheus-0': answered(24),
      'prometheus-1': answered(13),
      'prometheus-2': answered(20),
    });
    expect(plan.certificates.map(({ pod }) => pod)).toEqual(['prometheus-1', 'prometheus-2', 'prometheus-0']);
    expect(plan.retryAfterMs).toBe(31_201_000);
  });
});
