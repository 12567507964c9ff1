import { describe, expect, it } from 'vitest';
import { withoutBundles } from '../../../src/kube/informers/transform.ts';
import { injector } from '../../support/injectors.ts';

describe('withoutBundles', () => {
  it('takes a configuration without webhooks for one with none', () => {
    const { webhooks, ...rest } = injector();
    expect([webhooks === undefined, withoutBundles(rest)]).toEqual([false, { ...rest, webhooks: [] }]);
  });

  it('drops the CA bundle of a webhook and leaves the service that it asks', () => {
    const { webhooks = [], ...rest } = injector();
    const service = { namespace: 'istio-system', name: 'istiod' };
    const big = { clientConfig: { service, caBundle: 'LS0t' } };
    const [first = { name: 'none' }, second = { name: 'none' }] = webhooks;
    const url = { clientConfig: { url: 'https://vendor.example/inject', caBundle: 'LS0t' } };
    const transformed = withoutBundles({
      ...rest,
      webhooks: [
        { ...first, ...big },
        { ...second, ...url },
      ],
    });
    expect(transformed).toEqual({ ...rest, webhooks: [{ ...first, clientConfig: { service } }, second] });
  });
});
