import { describe, expect, it } from 'vitest';
import type { Expiry } from '../../../src/api/certificate.ts';
import { keysOf } from '../../../src/api/certificate.ts';
import type { Volume } from '../../../src/api/kubernetes.ts';
import { planStaleSecrets, type StaleSecretsPlan } from '../../../src/plan/stale-secrets/stale-secrets.ts';
import { createAuthority } from '../../../testbed/control-plane/certificates.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const DAY_MS = 86_400_000;
const mount = { name: 'v', mountPath: '/v' };
const container = { name: 'prometheus', volumeMounts: [mount] };

function evaluated(secretNames: readonly string[], answers: Answers = {}): StaleSecretsPlan {
  const volumes = secretNames.map((secretName, index): Volume => ({
    name: `v${index}`,
    secret: { secretName, optional: true },
  }));
  const of = statefulSet({ spec: { template: { spec: { containers: [container], volumes } } } });
  const seen = subject({ statefulSet: of, reads: { ...reads({ pods: [] }), secrets: {}, ...answers } });
  return planStaleSecrets(seen, { configMap: 'prometheus', files: [] });
}

const facts = (expiry: Expiry, rootKeys: readonly string[] = []) =>
  present({ type: 'istio.io/key-and-cert', expiry, rootKeys });
const ends = (inMs: number): Expiry => ({ kind: 'Known', notAfterMs: NOW_MS + inMs });
const FORBIDDEN = { kind: 'unreadable', message: 'forbidden' } as const;
const needsOf = ({ needs }: StaleSecretsPlan): readonly string[] =>
  needs.map((need) => `${need.kind} ${'name' in need ? need.name : ''}`);
const namesOf = ({ secrets }: StaleSecretsPlan): readonly string[] => secrets.map(({ secret }) => secret);

describe('planStaleSecrets', () => {
  const rows = [
    { name: 'the secret of the article', secret: 'istio.default', found: true },
    { name: 'another service account', secret: 'istio.my-account', found: true },
    { name: 'a service account with a dot', secret: 'istio.a.b', found: true },
    { name: "not istiod's own CA", secret: 'istio-ca-secret', found: false },
    { name: 'not a plug-in CA', secret: 'cacerts', found: false },
    { name: 'not a certificate for DNS names', secret: 'dns.istiod-service-account', found: false },
    { name: 'not a name that only begins like it', secret: 'istiod-tls', found: false },
    { name: 'not an empty account', secret: 'istio.', found: false },
    { name: 'not any other', secret: 'grafana', found: false },
  ];
  it.each(rows)('knows by name: $name', ({ secret, found }) => {
    expect(namesOf(evaluated([secret], { secretTypes: { [secret]: FORBIDDEN } }))).toEqual(
      found ? [secret] : [],
    );
  });

  it.each([
    { name: 'Opaque', type: 'Opaque', found: true },
    { name: "istiod's CA", type: 'istio.io/ca-root', found: false },
    { name: 'dns', type: 'istio.io/dns-key-and-cert', found: false },
  ])('keeps a name of Citadel whatever the type, but for those of Istio itself: $name', ({ type, found }) => {
    const secret = present({ type, expiry: ends(DAY_MS), rootKeys: [] });
    expect(namesOf(evaluated(['istio.x'], { secrets: { 'istio.x': secret } }))).toHaveLength(found ? 1 : 0);
  });

  const asks: readonly { name: string; secrets: string[]; answers?: Answers; needs: string[] }[] = [
    { name: 'no secret: nothing', secrets: [], needs: [] },
    { name: 'a name of Citadel: all of it', secrets: ['istio.a'], needs: ['Secret istio.a'] },
    {
      name: 'a forbidden one: nothing more',
      secrets: ['istio.a', 'b'],
      answers: { secrets: { 'istio.a': FORBIDDEN } },
      needs: [],
    },
    { name: 'others wait for it', secrets: ['istio.a', 'b'], needs: ['Secret istio.a'] },
    { name: 'one of the others first, by type', secrets: ['b', 'c', 'd'], needs: ['SecretType b'] },
    {
      name: 'the rest where that may be read',
      secrets: ['b', 'c', 'd'],
      answers: { secretTypes: { b: present('Opaque') } },
      needs: ['SecretType c', 'SecretType d'],
    },
    {
      name: 'none of the rest where it may not',
      secrets: ['b', 'c', 'd'],
      answers: { secretTypes: { b: FORBIDDEN } },
      needs: [],
    },
    {
      name: 'all of one that is of Citadel by type',
      secrets: ['b'],
      answers: { secretTypes: { b: present('istio.io/key-and-cert') } },
      needs: ['Secret b'],
    },
    {
      name: 'the roots of the mesh, to compare',
      secrets: ['istio.a'],
      answers: { secrets: { 'istio.a': facts(ends(1), ['k']) } },
      needs: ['ConfigMap istio-ca-root-cert'],
    },
  ];
  it.each(asks)('asks for $name', ({ secrets, answers, needs }) => {
    expect(needsOf(evaluated(secrets, answers))).toEqual(needs);
  });

  it('bounds what it asks for', () => {
    const many = Array.from({ length: 100 }, (_, index) => `istio.a${index}`);
    expect(evaluated(many).needs).toHaveLength(16);
    expect(evaluated(many).secrets).toHaveLength(100);
  });

  const states = [
    { name: 'absent', seen: { kind: 'absent' } as const, state: { kind: 'Absent' } },
    { name: 'unreadable', seen: FORBIDDEN, state: { kind: 'Unreadable' } },
    {
      name: 'broken',
      seen: facts({ kind: 'Invalid', why: 'w' }),
      state: { kind: 'Invalid', why: 'w', root: 'Unknown' },
    },
    {
      name: 'expired',
      seen: facts(ends(0)),
      state: { kind: 'Known', notAfterMs: NOW_MS, step: { kind: 'Expired' }, root: 'Unknown' },
    },
  ];
  it.each(states)('tells $name', ({ seen, state }) => {
    expect(evaluated(['istio.a'], { secrets: { 'istio.a': seen } }).secrets[0]?.state).toEqual(state);
  });

  it('compares roots by their keys', () => {
    const [ours, other] = [createAuthority({ commonName: 'ours' }), createAuthority({ commonName: 'other' })];
    const rootOf = (text: string, own: readonly string[]): unknown => {
      const trusted = present(configMap('', { data: { 'root-cert.pem': text }, metadata: { name: 'r' } }));
      const answers = {
        secrets: { 'istio.a': facts(ends(1), own) },
        configMaps: { 'istio-ca-root-cert': trusted },
      };
      return evaluated(['istio.a'], answers).secrets[0]?.state;
    };
    expect(rootOf(other.cert, keysOf(ours.cert))).toMatchObject({ root: 'Differs' });
    expect(rootOf(`${other.cert}\n${ours.cert}`, keysOf(ours.cert))).toMatchObject({ root: 'Same' });
    expect(rootOf('broken', keysOf(ours.cert))).toMatchObject({ root: 'Unknown' });
    expect(rootOf(ours.cert, [])).toMatchObject({ root: 'Unknown' });
  });

  it('puts the first to expire first, and wakes for the next step of any', () => {
    const answers = {
      secrets: {
        'istio.a': facts(ends(40 * DAY_MS)),
        'istio.b': facts(ends(15 * DAY_MS)),
        'istio.c': FORBIDDEN,
      },
    };
    const plan = evaluated(['istio.c', 'istio.a', 'istio.b'], answers);
    expect(namesOf(plan)).toEqual(['istio.b', 'istio.a', 'istio.c']);
    expect(plan.retryAfterMs).toBe(DAY_MS);
    expect(evaluated(['istio.c'], answers).retryAfterMs).toBeUndefined();
  });
});
