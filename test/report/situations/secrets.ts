// Situations of Citadel's leftover secrets. They change nothing of Ready: the jobs read the renewed certificates.
import type { SecretFacts } from '../../../src/api/certificate.ts';
import { keysOf } from '../../../src/api/certificate.ts';
import { createAuthority } from '../../../testbed/control-plane/certificates.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { NOW_MS } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import { configured, ready } from '../world.ts';
import type { Situation, Situations } from './situation.ts';

const DAY_MS = 86_400_000;
const mesh = createAuthority({ commonName: 'the mesh of today' }).cert;
const citadel = createAuthority({ commonName: 'citadel' }).cert;

/** Everything is in place; the mounted secret holds a certificate with so many days to go, of one of the two roots. */
function mounted(name: string, days: number, root: string): Omit<Situation, 'status' | 'on'> {
  const of = wired();
  const facts: SecretFacts = {
    type: 'istio.io/key-and-cert',
    expiry: { kind: 'Known', notAfterMs: NOW_MS + days * DAY_MS },
    rootKeys: keysOf(root),
  };
  return {
    name,
    kstatus: 'Current',
    seen: {
      ...ready,
      reads: reads({
        statefulSet: of,
        configMaps: {
          prometheus: present(configMap(REWRITTEN_YAML)),
          'istio-ca-root-cert': present(configMap('', { data: { 'root-cert.pem': mesh } })),
        },
        secrets: { 'istio.default': present(facts) },
      }),
    },
  };
}
const stale = (situation: Omit<Situation, 'status' | 'on'>): readonly Situation[] => [
  { ...situation, on: 'SecretsStale', status: 'True' },
];

const { template } = wired().spec;
const cleared = wired({
  spec: {
    template: {
      ...template,
      spec: {
        ...template.spec,
        volumes: (template.spec.volumes ?? []).filter(({ name }) => name !== 'istio-certs'),
      },
    },
  },
});

export const SECRET_SITUATIONS = {
  LegacySecretMounted: stale(mounted('it is good for long', 100, mesh)),
  LegacySecretExpiring: stale(mounted('it ends in 29 days', 29, mesh)),
  LegacySecretExpired: stale(mounted('it has expired', -1, mesh)),
  LegacySecretOfOtherRoot: stale(mounted('another CA signed it', 100, citadel)),
  NoLegacySecret: [
    {
      name: 'the template mounts none any more',
      on: 'SecretsStale',
      status: 'False',
      kstatus: 'Current',
      seen: configured(REWRITTEN_YAML, cleared),
    },
  ],
} as const satisfies Situations;
