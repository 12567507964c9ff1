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
const container = { name: 'prometheus', image: 'prom/prometheus', volumeMounts: [mount] };

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
    { name: 'knows the secret of the default service account by name', secret: 'istio.default', found: true },
    { name: 'knows the secret of another service account by name', secret: 'istio.my-account', found: true },
    { name: 'knows the secret of a service account with a dot by name', secret: 'istio.a.b', found: true },
    { name: "does not take istiod's own CA for one of Citadel", secret: 'istio-ca-secret', found: false },
    { name: 'does not take a plug-in CA for one of Citadel', secret: 'cacerts', found: false },
    {
      name: 'does not take a certificate for DNS names for one of Citadel',
      secret: 'dns.istiod-service-account',
      found: false,
    },
    {
      name: 'does not take a name that only begins like it for one of Citadel',
      secret: 'istiod-tls',
      found: false,
    },
    { name: 'does not take the name of an empty account for one of Citadel', secret: 'istio.', found: false },
    { name: 'does not take any other name for one of Citadel', secret: 'grafana', found: false },
  ];
  it.each(rows)('$name', ({ secret, found }) => {
    expect(namesOf(evaluated([secret], { secretTypes: { [secret]: FORBIDDEN } }))).toEqual(
      found ? [secret] : [],
    );
  });

  it.each([
    { name: 'Opaque', type: 'Opaque', found: true },
    { name: "of istiod's CA", type: 'istio.io/ca-root', found: false },
    { name: 'of DNS certificates', type: 'istio.io/dns-key-and-cert', found: false },
  ])('lists a secret of a name of Citadel whose type is $name: $found', ({ type, found }) => {
    const secret = present({ type, expiry: ends(DAY_MS), rootKeys: [] });
    expect(namesOf(evaluated(['istio.x'], { secrets: { 'istio.x': secret } }))).toHaveLength(found ? 1 : 0);
  });

  const asks: readonly { name: string; secrets: string[]; answers?: Answers; needs: string[] }[] = [
    { name: 'asks for nothing where no secret is used', secrets: [], needs: [] },
    {
      name: 'asks for the whole of a secret that has a name of Citadel',
      secrets: ['istio.a'],
      needs: ['Secret istio.a'],
    },
    {
      name: 'asks for nothing more where that is forbidden',
      secrets: ['istio.a', 'b'],
      answers: { secrets: { 'istio.a': FORBIDDEN } },
      needs: [],
    },
    {
      name: 'does not ask for others before that is answered',
      secrets: ['istio.a', 'b'],
      needs: ['Secret istio.a'],
    },
    {
      name: 'asks for the type of one other secret first',
      secrets: ['b', 'c', 'd'],
      needs: ['SecretType b'],
    },
    {
      name: 'asks for the types of the rest where the first may be read',
      secrets: ['b', 'c', 'd'],
      answers: { secretTypes: { b: present('Opaque') } },
      needs: ['SecretType c', 'SecretType d'],
    },
    {
      name: 'asks for none of the rest where the first may not be read',
      secrets: ['b', 'c', 'd'],
      answers: { secretTypes: { b: FORBIDDEN } },
      needs: [],
    },
    {
      name: 'asks for the whole of a secret that is of Citadel by type',
      secrets: ['b'],
      answers: { secretTypes: { b: present('istio.io/key-and-cert') } },
      needs: ['Secret b'],
    },
    {
      name: 'asks for no roots where the secret holds none to compare',
      secrets: ['istio.a'],
      answers: { secrets: { 'istio.a': facts(ends(1)) } },
      needs: [],
    },
    {
      name: 'asks for the roots of the mesh, to compare them',
      secrets: ['istio.a'],
      answers: { secrets: { 'istio.a': facts(ends(1), ['k']) } },
      needs: ['ConfigMap istio-ca-root-cert'],
    },
  ];
  it.each(asks)('$name', ({ secrets, answers, needs }) => {
    expect(needsOf(evaluated(secrets, answers))).toEqual(needs);
  });

  it('asks for 16 secrets of many', () => {
    const many = Array.from({ length: 100 }, (_, index) => `istio.a${index}`);
    expect(evaluated(many).needs).toHaveLength(16);
    expect(evaluated(many).secrets).toHaveLength(100);
  });

  it('asks for 16 types of many', () => {
    const many = Array.from({ length: 100 }, (_, index) => `a${String(index).padStart(2, '0')}`);
    expect(needsOf(evaluated(many, { secretTypes: { a00: present('Opaque') } }))).toEqual(
      many.slice(1, 16).map((name) => `SecretType ${name}`),
    );
  });

  it('asks for the whole of 16 secrets, of a name and of a type of Citadel together', () => {
    const named = Array.from({ length: 10 }, (_, index) => `istio.a${index}`);
    const others = Array.from({ length: 10 }, (_, index) => `b${index}`);
    const secretTypes = Object.fromEntries(others.map((name) => [name, present('istio.io/key-and-cert')]));
    expect(needsOf(evaluated([...named, ...others], { secretTypes }))).toEqual(
      [...named, ...others.slice(0, 6)].map((name) => `Secret ${name}`),
    );
  });

  it('says why pods could not be read', () => {
    expect(evaluated([], { pods: FORBIDDEN }).podsUnreadable).toBe('forbidden');
    expect(evaluated([], { pods: present([]) }).podsUnreadable).toBeUndefined();
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
  it.each(states)('evaluates a secret to $name', ({ seen, state }) => {
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
