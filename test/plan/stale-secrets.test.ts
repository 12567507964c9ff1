import { describe, expect, it } from 'vitest';
import type { Volume } from '../../src/api/kubernetes.ts';
import { legacySecretsOf } from '../../src/plan/stale-secrets.ts';
import { statefulSet } from '../support/builders.ts';

const mounts = [{ name: 'v', mountPath: '/v' }];
const container = { name: 'prometheus', volumeMounts: mounts };
const path = 'spec.template.spec.volumes[name=v]';

function found(volume: Volume, of = container) {
  const volumes = [volume];
  return legacySecretsOf(statefulSet({ spec: { template: { spec: { containers: [of], volumes } } } }), of);
}

describe('legacySecretsOf', () => {
  const rows = [
    {
      name: 'the secret of the article',
      volume: { name: 'v', secret: { secretName: 'istio.default', optional: true } },
      uses: [{ secret: 'istio.default', optional: true }],
    },
    {
      name: 'another service account; required unless said',
      volume: { name: 'v', secret: { secretName: 'istio.my-account' } },
      uses: [{ secret: 'istio.my-account', optional: false }],
    },
    {
      name: 'a projected one',
      volume: {
        name: 'v',
        projected: {
          sources: [
            { configMap: { name: 'x' } },
            { secret: { name: 'istio.a', optional: true } },
            { secret: { name: 'istio.b' } },
          ],
        },
      },
      uses: [
        { secret: 'istio.a', optional: true },
        { secret: 'istio.b', optional: false },
      ],
    },
    { name: 'not another secret', volume: { name: 'v', secret: { secretName: 'grafana' } }, uses: [] },
    {
      name: 'not a name that only begins like it',
      volume: { name: 'v', secret: { secretName: 'istiod-tls' } },
      uses: [],
    },
    { name: 'not an empty account', volume: { name: 'v', secret: { secretName: 'istio.' } }, uses: [] },
    { name: 'not a ConfigMap', volume: { name: 'v', configMap: { name: 'istio.default' } }, uses: [] },
  ];
  it.each(rows)('$name', ({ volume, uses }) => {
    expect(found(volume)).toEqual(uses.map((use) => ({ ...use, path, mountPath: '/v' })));
  });

  it('says where Prometheus mounts it, and undefined where another container does', () => {
    const volume = { name: 'v', secret: { secretName: 'istio.default' } };
    expect(found(volume, { name: 'prometheus', volumeMounts: [] })[0]?.mountPath).toBeUndefined();
  });
});
