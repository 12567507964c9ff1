// The whole table of labels is in test/e2e/mesh/injection-cases.ts, where real istiods answer it.
import { describe, expect, it } from 'vitest';
import type { MutatingWebhookConfiguration, PodTemplate } from '../../../src/api/kubernetes.ts';
import { injectionOf, injectorsOf, type InjectionInput } from '../../../src/plan/injection/injection.ts';
import { injector } from '../../support/injectors.ts';

interface Options extends Partial<Omit<InjectionInput, 'injectors'>> {
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodTemplate['spec']>;
}

function evaluate(configurations: readonly MutatingWebhookConfiguration[], options: Options = {}) {
  const { labels = { 'sidecar.istio.io/inject': 'true' }, spec, ...rest } = options;
  return injectionOf({
    injectors: injectorsOf(configurations),
    namespace: 'app-metrics',
    namespaceLabels: {},
    template: { metadata: { labels }, spec: { containers: [], ...spec } },
    policies: {},
    ...rest,
  });
}

/** The injector with one webhook of other rules or another name, which takes every pod. */
function takesAll(change: object): MutatingWebhookConfiguration {
  const { webhooks, ...rest } = injector();
  const { namespaceSelector, objectSelector, ...webhook } = webhooks?.[0] ?? { name: 'none' };
  expect([namespaceSelector, objectSelector]).not.toContain(undefined);
  return { ...rest, webhooks: [{ ...webhook, ...change }] };
}

describe('injectorsOf', () => {
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };

  it.each([
    { name: 'a vendor’s prefix', change: { name: 'rev.object.vendor.sidecar-injector.istio.io' }, counts: 1 },
    { name: 'another name of Istio', change: { name: 'gateway.istio.io' }, counts: 0 },
    { name: 'every operation', change: { rules: [{ ...rule, operations: ['*'] }] }, counts: 1 },
    { name: 'updates only', change: { rules: [{ ...rule, operations: ['UPDATE'] }] }, counts: 0 },
    {
      name: 'every group and version',
      change: { rules: [{ ...rule, apiGroups: ['*'], apiVersions: ['*'] }] },
      counts: 1,
    },
    { name: 'another group', change: { rules: [{ ...rule, apiGroups: ['apps'] }] }, counts: 0 },
    { name: 'another version', change: { rules: [{ ...rule, apiVersions: ['v2'] }] }, counts: 0 },
    { name: 'every resource', change: { rules: [{ ...rule, resources: ['*/*'] }] }, counts: 1 },
    {
      name: 'pods and what is below them',
      change: { rules: [{ ...rule, resources: ['pods/*'] }] },
      counts: 1,
    },
    {
      name: 'only what is below pods',
      change: { rules: [{ ...rule, resources: ['pods/binding'] }] },
      counts: 0,
    },
    { name: 'cluster scope', change: { rules: [{ ...rule, scope: 'Cluster' }] }, counts: 0 },
    { name: 'no rules', change: { rules: [] }, counts: 0 },
    { name: 'a second rule that fits', change: { rules: [{ ...rule, operations: [] }, rule] }, counts: 1 },
  ])('finds $counts for a webhook with $name', ({ change, counts }) => {
    expect(injectorsOf([takesAll(change)])).toHaveLength(counts);
  });

  it('sorts webhooks by name, as the API server does', () => {
    const found = injectorsOf([injector(), injector({ revision: 'canary', tag: 'prod' })]);
    expect(found.map(({ configuration, revision, tag }) => [configuration, revision, tag])).toEqual([
      ['istio-revision-tag-prod', 'canary', 'prod'],
      ['istio-revision-tag-prod', 'canary', 'prod'],
      ['istio-sidecar-injector', 'default', undefined],
      ['istio-sidecar-injector', 'default', undefined],
      ['istio-sidecar-injector', 'default', undefined],
      ['istio-sidecar-injector', 'default', undefined],
    ]);
  });
});

describe('injectionOf', () => {
  it('names the webhook that injects', () => {
    const { injected, injector: by, message } = evaluate([injector()]);
    expect([injected, by?.webhook.name]).toEqual(['True', 'object.sidecar-injector.istio.io']);
    expect(message).toBe(
      'object.sidecar-injector.istio.io of MutatingWebhookConfiguration/istio-sidecar-injector injects: label sidecar.istio.io/inject is "true"',
    );
  });

  it('does not know where no webhook injects', () => {
    expect(evaluate([])).toEqual({
      injected: 'Unknown',
      injector: undefined,
      called: [],
      policyOf: undefined,
      message:
        'no MutatingWebhookConfiguration has a webhook for pods whose name ends in sidecar-injector.istio.io, so nobody knows beforehand whether pods get an istio-proxy',
    });
  });

  it('says no with the labels that decided', () => {
    const { injected, message } = evaluate([injector()], {
      namespaceLabels: { 'istio-injection': 'disabled', team: 'a' },
    });
    expect(injected).toBe('False');
    expect(message).toBe(
      'no injector takes pods with sidecar.istio.io/inject=true in namespace app-metrics, which has istio-injection=disabled',
    );
  });

  const revisions = [
    injector(),
    injector({ revision: '1-30-3' }),
    injector({ revision: '1-30-3', tag: 'prod' }),
  ];
  it.each([
    {
      name: 'the revision of the pods',
      options: { labels: { 'istio.io/rev': '1-30-1' } },
      says: '; Istio has no revision or tag 1-30-1 there; it has 1-30-3, prod (a tag of 1-30-3), the default one (spec.istio.revision empty)',
    },
    {
      name: 'the revision of the namespace',
      options: { namespaceLabels: { 'istio.io/rev': 'stable' } },
      says: '; Istio has no revision or tag stable there; it has ',
    },
  ])('names the revisions that there are where none is $name', ({ options, says }) => {
    expect(evaluate(revisions, options).message).toContain(says);
  });

  it.each([
    { name: 'a tag is served', options: { labels: { 'istio.io/rev': 'prod' } } },
    { name: 'no revision is asked for', options: {} },
    { name: 'an empty one is asked for', options: { labels: { 'istio.io/rev': '' } } },
  ])('names no revisions where $name', ({ options }) => {
    const namespaceLabels = { 'istio-injection': 'disabled' };
    const { injected, message } = evaluate(revisions, { namespaceLabels, ...options });
    expect([injected, message.includes('Istio has')]).toEqual(['False', false]);
  });

  it('names five revisions and how many more there are', () => {
    const many = Array.from({ length: 8 }, (_, index) => injector({ revision: `r${index}` }));
    expect(evaluate(many, { labels: { 'istio.io/rev': 'x' } }).message).toMatch(
      /; it has r0, r1, r2, r3, r4, 3 more$/,
    );
  });

  it('knows the label that the API server puts on every namespace', () => {
    const only = (value: string) =>
      takesAll({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': value } } });
    expect(evaluate([only('app-metrics')]).injected).toBe('True');
    expect(evaluate([only('other')]).injected).toBe('False');
  });

  it('takes a webhook without selectors for one that takes every pod', () => {
    expect(evaluate([takesAll({})], { namespaceLabels: { 'istio-injection': 'disabled' } }).injected).toBe(
      'True',
    );
  });

  it('does not know whether matchConditions hold', () => {
    const conditional = injector({ matchConditions: [{ name: 'a', expression: 'true' }] });
    const { injected, message } = evaluate([conditional]);
    expect(injected).toBe('Unknown');
    expect(message).toBe(
      'object.sidecar-injector.istio.io of MutatingWebhookConfiguration/istio-sidecar-injector would be asked only if its matchConditions hold, which cannot be known beforehand',
    );
    expect(evaluate([conditional], { namespaceLabels: { 'istio-injection': 'disabled' } }).injected).toBe(
      'False',
    );
    expect(evaluate([conditional], { spec: { hostNetwork: true } }).injected).toBe('False');
  });

  it('goes by the webhook without conditions where there is one', () => {
    const conditional = injector({ name: 'a', matchConditions: [{}] });
    const { injected, injector: by, called } = evaluate([injector(), conditional]);
    expect([injected, by?.configuration, called.length]).toEqual(['True', 'istio-sidecar-injector', 2]);
  });

  it('names every webhook that is called', () => {
    const { injector: by, called } = evaluate([injector(), injector({ name: 'twin' })]);
    expect(by?.configuration).toBe('istio-sidecar-injector');
    expect(called.map(({ configuration }) => configuration)).toEqual(['istio-sidecar-injector', 'twin']);
  });

  it.each([
    {
      name: 'a pod with hostNetwork',
      options: { spec: { hostNetwork: true } },
      says: 'the pods use hostNetwork, and istiod never injects such pods',
    },
    {
      name: 'a pod of a system namespace',
      options: { namespace: 'kube-public' },
      says: 'istiod never injects in namespace kube-public: run Prometheus in another',
    },
    {
      name: 'a pod with an annotation',
      options: {
        labels: {},
        namespaceLabels: { 'istio-injection': 'enabled' },
        template: {
          metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } },
          spec: { containers: [] },
        },
      },
      says: 'annotation sidecar.istio.io/inject of the pod template is "false"',
    },
  ])('knows that istiod itself leaves $name alone', ({ options, says }) => {
    expect(evaluate([injector()], options)).toMatchObject({ injected: 'False', message: says });
  });

  describe('where the pod says nothing', () => {
    const options = { labels: { app: 'prometheus' }, namespaceLabels: { 'istio-injection': 'enabled' } };
    const policy = { enabled: true, neverInject: [], alwaysInject: [] };

    it('asks for the policy, and assumes the default meanwhile', () => {
      const { injected, policyOf, message } = evaluate([injector()], options);
      expect([injected, policyOf?.revision]).toEqual(['True', 'default']);
      expect(message).toBe(
        'namespace.sidecar-injector.istio.io of MutatingWebhookConfiguration/istio-sidecar-injector injects, if the policy of its istiod, which could not be read, is enabled as it is by default',
      );
    });

    it('assumes the default where the policy cannot be read, and asks no more', () => {
      const policies = { default: { kind: 'unreadable', message: 'forbidden' } } as const;
      expect(evaluate([injector()], { ...options, policies })).toMatchObject({
        injected: 'True',
        policyOf: undefined,
      });
    });

    it.each([
      { name: 'enabled', change: {}, injected: 'True' },
      { name: 'disabled', change: { enabled: false }, injected: 'False' },
      {
        name: 'never for these pods',
        change: { neverInject: [{ matchLabels: { app: 'prometheus' } }] },
        injected: 'False',
      },
      {
        name: 'never for other pods',
        change: { neverInject: [{ matchLabels: { app: 'other' } }] },
        injected: 'True',
      },
      { name: 'never, by an empty selector', change: { neverInject: [{}] }, injected: 'True' },
      {
        name: 'always for these pods',
        change: { enabled: false, alwaysInject: [{ matchLabels: { app: 'prometheus' } }] },
        injected: 'True',
      },
      {
        name: 'both never and always for these pods',
        change: {
          neverInject: [{ matchLabels: { app: 'prometheus' } }],
          alwaysInject: [{ matchLabels: { app: 'prometheus' } }],
        },
        injected: 'False',
      },
    ])('is $injected where the policy is $name', ({ change, injected }) => {
      const policies = { default: { kind: 'present', value: { ...policy, ...change } } } as const;
      expect(evaluate([injector()], { ...options, policies })).toMatchObject({
        injected,
        policyOf: undefined,
      });
    });
  });
});
