import { describe, expect, it } from 'vitest';
import type { PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Evaluation } from '../../src/plan/plan.ts';
import type {
  SecretState,
  StaleSecret,
  StaleSecretsPlan,
} from '../../src/plan/stale-secrets/stale-secrets.ts';
import type { SecretUse } from '../../src/plan/stale-secrets/uses.ts';
import { deadlineEvents, staleSecretFields, staleSecretsState } from '../../src/report/stale-secrets.ts';
import { scrape } from '../support/scrape.ts';

const AT = Date.parse('2026-12-01T09:00:00Z');
const template: SecretUse = { kind: 'StatefulSet', name: 'p', path: 'spec.template.spec.volumes[name=v]' };
const job: SecretUse = { kind: 'ConfigMap', name: 'c', path: 'scrape_configs[a]' };
const pod = (index: number): SecretUse => ({ kind: 'Pod', name: `p-${index}`, path: 'spec.volumes[name=v]' });

const known = (rest: Partial<SecretState & { kind: 'Known' }> = {}): SecretState => ({
  kind: 'Known',
  notAfterMs: AT,
  step: { kind: 'Far' },
  root: 'Same',
  ...rest,
});
const stale = (state: SecretState, rest: Partial<StaleSecret> = {}): StaleSecret => ({
  secret: 'istio.default',
  optional: true,
  uses: [template, job],
  state,
  ...rest,
});

function evaluation(secrets: readonly StaleSecret[], rest: Partial<StaleSecretsPlan> = {}): Evaluation {
  const staleSecrets = { secrets, needs: [], retryAfterMs: undefined, podsUnreadable: undefined, ...rest };
  return { staleSecrets } as unknown as Evaluation;
}
const END = 'nothing renews these secrets since Istio 1.6';
const USED = 'istio.default is used by StatefulSet/p, ConfigMap/c (1 job or path)';

const rows: readonly {
  name: string;
  secret: StaleSecret;
  reason: string;
  message: string;
  fields: object;
}[] = [
  {
    name: 'far from its end',
    secret: stale(known()),
    reason: 'LegacySecretMounted',
    message: `secret istio.default expires 2026-12-01T09:00:00Z; ${USED}; ${END}`,
    fields: { state: 'Present', notAfter: '2026-12-01T09:00:00Z', notAfterState: 'Known', expired: false },
  },
  {
    name: 'near to it',
    secret: stale(known({ step: { kind: 'Within', days: 14 } })),
    reason: 'LegacySecretExpiring',
    message: `secret istio.default expires 2026-12-01T09:00:00Z, in less than 14 days; ${USED}; ${END}`,
    fields: { state: 'Present', notAfter: '2026-12-01T09:00:00Z', notAfterState: 'Known', expired: false },
  },
  {
    name: 'expired, and required',
    secret: stale(known({ step: { kind: 'Expired' } }), { optional: false }),
    reason: 'LegacySecretExpired',
    message: `secret istio.default expired 2026-12-01T09:00:00Z; ${USED}, its mount is not optional, so deleting it now would block the next pod start; ${END}`,
    fields: { state: 'Present', notAfter: '2026-12-01T09:00:00Z', notAfterState: 'Known', expired: true },
  },
  {
    name: 'of another root',
    secret: stale(known({ root: 'Differs' })),
    reason: 'LegacySecretOfOtherRoot',
    message: `secret istio.default expires 2026-12-01T09:00:00Z; ${USED}, its CA is not the one of ConfigMap istio-ca-root-cert any more, so scraping with it fails already; ${END}`,
    fields: { state: 'Present', notAfter: '2026-12-01T09:00:00Z', notAfterState: 'Known', expired: false },
  },
  {
    name: 'absent',
    secret: stale({ kind: 'Absent' }),
    reason: 'LegacySecretMounted',
    message: `secret istio.default does not exist, so the jobs that read it fail; ${USED}; ${END}`,
    fields: { state: 'Absent' },
  },
  {
    name: 'absent, required and not read',
    secret: stale({ kind: 'Absent' }, { optional: false, uses: [template] }),
    reason: 'LegacySecretMounted',
    message: `secret istio.default does not exist; istio.default is used by StatefulSet/p, its mount is not optional, so no new pod can start; ${END}`,
    fields: { state: 'Absent' },
  },
  {
    name: 'unreadable',
    secret: stale({ kind: 'Unreadable' }),
    reason: 'LegacySecretMounted',
    message: `secret istio.default may not be read, so its expiry is unknown: grant get on secrets in namespace n (deploy/components/read-legacy-secrets); ${USED}; ${END}`,
    fields: { state: 'Unreadable', notAfterState: 'Unreadable' },
  },
  {
    name: 'broken',
    secret: stale({ kind: 'Invalid', why: 'it holds no PEM certificate', root: 'Unknown' }),
    reason: 'LegacySecretMounted',
    message: `secret istio.default cannot be evaluated: it holds no PEM certificate; ${USED}; ${END}`,
    fields: { state: 'Present', notAfterState: 'Invalid' },
  },
];

describe('staleSecretsState', () => {
  it.each(rows)('reports one that is $name', ({ secret, reason, message }) => {
    expect(staleSecretsState(evaluation([secret]), 'n')).toEqual({ status: 'True', reason, message });
  });

  it('names the worst of several, and every deadline before any detail', () => {
    const several = [
      stale(known({ step: { kind: 'Within', days: 1 } }), { secret: 'istio.a' }),
      stale({ kind: 'Unreadable' }, { secret: 'istio.b', uses: [template, pod(0), pod(1), pod(2)] }),
    ];
    const { reason, message } = staleSecretsState(evaluation(several), 'n');
    expect(reason).toBe('LegacySecretExpiring');
    expect(message).toMatch(
      /^secret istio\.a expires .*, in less than 1 day; secret istio\.b may not be read/,
    );
    expect(message).toContain('istio.b is used by StatefulSet/p, Pod/p-0 and 2 more pods');
  });

  it.each([
    { name: 'both of two pods', uses: [template, pod(0), pod(1)], used: 'StatefulSet/p, Pod/p-0, Pod/p-1' },
    {
      name: 'one of three pods, and how many more',
      uses: [pod(0), pod(1), pod(2)],
      used: 'Pod/p-0 and 2 more pods',
    },
    { name: 'a pod once that uses it twice', uses: [pod(0), pod(0)], used: 'Pod/p-0' },
    {
      name: 'jobs before pods, and how many there are',
      uses: [pod(0), job, { ...job, path: 'scrape_configs[b]' }],
      used: 'ConfigMap/c (2 jobs or paths), Pod/p-0',
    },
    { name: 'no pods where none uses it', uses: [template, template], used: 'StatefulSet/p' },
  ])('names as users $name', ({ uses, used }) => {
    const { message } = staleSecretsState(evaluation([stale(known(), { uses })]), 'n');
    expect(message).toBe(
      `secret istio.default expires 2026-12-01T09:00:00Z; istio.default is used by ${used}; ${END}`,
    );
  });

  it.each([
    {
      name: 'expired before another root',
      secrets: [stale(known({ root: 'Differs' })), stale(known({ step: { kind: 'Expired' } }))],
      reason: 'LegacySecretExpired',
    },
    {
      name: 'another root before expiring',
      secrets: [stale(known({ step: { kind: 'Within', days: 7 } })), stale(known({ root: 'Differs' }))],
      reason: 'LegacySecretOfOtherRoot',
    },
  ])('gives the reason of the worst: $name', ({ secrets, reason }) => {
    expect(staleSecretsState(evaluation(secrets), 'n').reason).toBe(reason);
  });

  it('says NoLegacySecret only where pods could be read', () => {
    expect(staleSecretsState(evaluation([]), 'n')).toMatchObject({
      status: 'False',
      reason: 'NoLegacySecret',
    });
    expect(staleSecretsState(evaluation([], { podsUnreadable: 'forbidden' }), 'n')).toMatchObject({
      status: 'Unknown',
      reason: 'NotAuthorized',
    });
  });
});

describe('staleSecretFields', () => {
  it.each(rows)('shows one that is $name', ({ secret, fields }) => {
    const usedBy = secret.uses;
    expect(staleSecretFields(evaluation([secret])).staleSecrets).toEqual([
      { secret: 'istio.default', optional: secret.optional, usedBy, ...fields },
    ]);
  });

  it('counts all, shows eight, and eight users of each kind in turn', () => {
    const jobs = Array.from({ length: 20 }, (_, index) => ({ ...job, path: `scrape_configs[${index}]` }));
    const uses = [template, ...jobs, pod(0), pod(1)];
    const secrets = Array.from({ length: 9 }, (_, index) =>
      stale(known(), { secret: `istio.${index}`, uses }),
    );
    const fields = staleSecretFields(evaluation(secrets));
    expect([fields.staleSecretCount, fields.staleSecrets?.length]).toEqual([9, 8]);
    expect(fields.staleSecrets?.[0]?.usedBy).toEqual([template, ...jobs.slice(0, 5), pod(0), pod(1)]);
  });

  it('has the earliest end only where one is known', () => {
    expect(staleSecretFields(evaluation([stale(known())])).earliestNotAfter).toBe('2026-12-01T09:00:00Z');
    expect(staleSecretFields(evaluation([stale({ kind: 'Absent' })]))).not.toHaveProperty('earliestNotAfter');
    expect(staleSecretFields(evaluation([]))).toEqual({ staleSecretCount: 0, staleSecrets: [] });
  });
});

describe('deadlineEvents', () => {
  const status = (message: string): PrometheusIstioScrapeStatus => ({
    conditions: [
      {
        type: 'SecretsStale',
        status: 'True',
        reason: 'R',
        message,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });
  const eventsFor = (secret: StaleSecret, before?: StaleSecret) => {
    const now = evaluation([secret]);
    const old = before && status(staleSecretsState(evaluation([before]), 'n').message);
    const resource = scrape({}, old === undefined ? {} : { status: old });
    return deadlineEvents(resource, now, status(staleSecretsState(now, 'n').message));
  };
  const within = (days: 30 | 14 | 7 | 3 | 1): StaleSecret => stale(known({ step: { kind: 'Within', days } }));
  const expired = stale(known({ step: { kind: 'Expired' } }));

  it('is a warning where jobs read the secret', () => {
    expect(eventsFor(within(7), within(14))).toEqual([
      {
        type: 'Warning',
        reason: 'LegacySecretExpiring',
        note: 'secret istio.default expires 2026-12-01T09:00:00Z, in less than 7 days; it is used by StatefulSet/p, ConfigMap/c (1 job or path): the jobs that read it fail from then on',
      },
    ]);
  });

  it('is no warning where none does', () => {
    expect(eventsFor({ ...expired, uses: [template] })).toEqual([
      {
        type: 'Normal',
        reason: 'LegacySecretExpired',
        note: 'secret istio.default expired 2026-12-01T09:00:00Z; it is used by StatefulSet/p: no job reads it, so its mount can go',
      },
    ]);
  });

  it.each([
    { name: 'far away', secret: stale(known()), before: undefined, count: 0 },
    { name: 'near when it is first seen', secret: within(3), before: undefined, count: 1 },
    { name: 'reported before', secret: within(3), before: within(3), count: 0 },
    {
      name: 'reported before, with another user since',
      secret: { ...within(3), uses: [template, pod(0)] },
      before: within(3),
      count: 0,
    },
    { name: 'near, some steps having been missed', secret: within(1), before: within(30), count: 1 },
    { name: 'expired since', secret: expired, before: within(1), count: 1 },
    { name: 'expired, and reported before', secret: expired, before: expired, count: 0 },
    {
      name: 'another certificate than before',
      secret: stale(known({ notAfterMs: AT + 1000, step: { kind: 'Within', days: 3 } })),
      before: within(3),
      count: 1,
    },
    {
      name: 'another secret, whose name ends alike',
      secret: { ...within(3), secret: 'istio.a' },
      before: { ...within(3), secret: 'x-istio.a' },
      count: 1,
    },
    { name: 'unreadable', secret: stale({ kind: 'Unreadable' }), before: within(3), count: 0 },
  ])('gives $count of one that is $name', ({ secret, before, count }) => {
    expect(eventsFor(secret, before)).toHaveLength(count);
  });
});
