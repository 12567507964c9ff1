import { expect, it } from 'vitest';
import { withoutBundles } from '../../../src/kube/informers/transform.ts';
import { injector } from '../../support/injectors.ts';

it('keeps no CA bundle of a webhook, and whom it asks', () => {
  const { webhooks = [], ...rest } = injector();
  const service = { namespace: 'istio-system', name: 'istiod' };
  const big = { clientConfig: { service, caBundle: 'LS0t' } };
  const [first = { name: 'none' }, second = { name: 'none' }] = webhooks;
  const url = { clientConfig: { url: 'https://vendor.example/inject', caBundle: 'LS0t' } };
  const kept = withoutBundles({
    ...rest,
    webhooks: [
      { ...first, ...big },
      { ...second, ...url },
    ],
  });
  expect(kept).toEqual({ ...rest, webhooks: [{ ...first, clientConfig: { service } }, second] });
});
