import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import type { InjectionPlan } from '../../../src/plan/injection/plan-injection.ts';
import { plan } from '../../../src/plan/plan.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { injector } from '../../support/injectors.ts';

type Options = Partial<Answers> & {
  readonly of?: ReturnType<typeof statefulSet>;
  readonly spec?: Parameters<typeof scrape>[0];
};

function planned({ of = statefulSet(), spec = {}, ...rest }: Options) {
  return plan(
    snapshot({ resource: scrape(spec), statefulSet: of, reads: { ...reads({ statefulSet: of }), ...rest } }),
  );
}

function evaluated(options: Options): InjectionPlan {
  const { evaluation } = planned(options);
  if (evaluation === undefined) throw new Error('not judged');
  return evaluation.injection;
}

const optedOut = { namespaceLabels: present({ 'istio-injection': 'disabled' }) };
const forbidden = { kind: 'unreadable', message: 'it is forbidden' } as const;
const codes = ({ findings }: InjectionPlan): readonly string[] => findings.map(({ code }) => code);

/** A pod of the live template that an injector has been at. */
function injectedPod(of = wired()): Pod {
  const { labels, annotations } = of.spec.template.metadata ?? {};
  return podOf(of, {
    metadata: {
      labels: { ...labels, 'controller-revision-hash': of.status?.updateRevision ?? '' },
      annotations: { ...annotations, 'sidecar.istio.io/status': '{}' },
    },
  });
}

describe('the next pod of the live template', () => {
  it.each([
    { name: 'not wired', options: {}, injected: 'False', webhook: undefined },
    {
      name: 'wired',
      options: { of: wired() },
      injected: 'True',
      webhook: 'object.sidecar-injector.istio.io',
    },
    {
      name: 'wired, and opted out',
      options: { of: wired(), ...optedOut },
      injected: 'False',
      webhook: undefined,
    },
    {
      name: 'not wired, in an enabled namespace',
      options: { namespaceLabels: present({ 'istio-injection': 'enabled' }) },
      injected: 'True',
      webhook: 'namespace.sidecar-injector.istio.io',
    },
    {
      name: 'nobody injects',
      options: { of: wired(), webhookConfigurations: present([]) },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'no right',
      options: { of: wired(), webhookConfigurations: forbidden },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'nobody injects, but a pod shows that somebody does',
      options: { of: wired(), webhookConfigurations: present([]), pods: present([injectedPod()]) },
      injected: 'True',
      webhook: undefined,
    },
    {
      name: 'no right, but a pod shows that somebody injects',
      options: { of: wired(), namespaceLabels: forbidden, pods: present([injectedPod()]) },
      injected: 'True',
      webhook: undefined,
    },
    {
      name: 'nobody injects, and the pod that shows a proxy is of an older template',
      options: {
        of: wired({ status: { observedGeneration: 1, updateRevision: 'prometheus-3' } }),
        webhookConfigurations: present([]),
        pods: present([injectedPod()]),
      },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'opted out since the pods started',
      options: { of: wired(), ...optedOut, pods: present([injectedPod()]) },
      injected: 'False',
      webhook: undefined,
    },
  ])('$name: $injected', ({ options, injected, webhook }) => {
    expect(evaluated(options)).toMatchObject({ injected, webhook });
  });
});

describe('a template that is to be written', () => {
  it('is left alone where the pods would surely get no proxy', () => {
    const made = planned(optedOut);
    expect(made.evaluation?.parts.workload.refusal).toEqual({
      reason: 'InjectionWouldNotHappen',
      message:
        'the pods would be restarted and get no istio-proxy, so the template is left alone: no injector takes pods with sidecar.istio.io/inject=true in namespace app-metrics, which has istio-injection=disabled; remove label istio-injection (now disabled) from Namespace/app-metrics',
      stalled: true,
    });
    expect(made.actions.map(({ target }) => target.kind)).not.toContain('StatefulSet');
    expect(made.pending.find(({ field }) => field.target === 'StatefulSet/prometheus')?.waitingFor).toBe(
      'InjectionWouldNotHappen',
    );
    expect(made.evaluation?.findings).toEqual([]);
    expect(made.retryAfterMs).toBe(60_000);
  });

  it.each<{ name: string; options: Options }>([
    { name: 'nobody injects', options: { webhookConfigurations: present([]) } },
    {
      name: 'conditions decide',
      options: { webhookConfigurations: present([injector({ matchConditions: [{}] })]) },
    },
    { name: 'webhooks may not be read', options: { webhookConfigurations: forbidden } },
    { name: 'the namespace may not be read', options: { namespaceLabels: forbidden } },
  ])('is written where that is not known: $name', ({ options }) => {
    const { actions } = planned(options);
    expect(actions.map(({ target }) => target.kind)).toContain('StatefulSet');
  });

  it('is left alone where no webhook knows the revision, and the right one is named', () => {
    const spec = { istio: { revision: 'gone' } };
    const webhookConfigurations = present([injector({ revision: 'canary' })]);
    expect(evaluated({ spec, webhookConfigurations }).refusal?.message).toMatch(
      /; set spec.istio.revision to canary$/,
    );
  });

  it('is judged without the labels that our write takes away', () => {
    const manager = 'meshscrape.app-metrics.prometheus';
    const fieldsV1 = {
      'f:spec': { 'f:template': { 'f:metadata': { 'f:labels': { 'f:istio.io/rev': {} } } } },
    };
    const of = statefulSet({
      labels: { 'istio.io/rev': 'gone' },
      metadata: { managedFields: [{ manager, operation: 'Apply', fieldsV1 }] },
    });
    expect(evaluated({ of }).refusal).toBeUndefined();
    expect(evaluated({ of: statefulSet({ labels: { 'istio.io/rev': 'gone' } }) }).refusal?.message).toMatch(
      /; leave spec.istio.revision empty$/,
    );
  });

  it('is not refused where the workload is ignored', () => {
    expect(evaluated({ spec: { manage: { workload: 'Ignore' } }, ...optedOut })).toMatchObject({
      refusal: undefined,
      findings: [{ code: 'NotInjected' }],
    });
  });

  it('asks for nothing but webhooks and namespace first', () => {
    const of = statefulSet();
    const { webhookConfigurations, namespaceLabels, ...rest } = reads({ statefulSet: of });
    expect([webhookConfigurations, namespaceLabels]).not.toContain(undefined);
    const { evaluation } = plan(snapshot({ statefulSet: of, reads: rest }));
    expect(evaluation?.injection).toMatchObject({
      needs: [{ kind: 'WebhookConfigurations' }, { kind: 'NamespaceLabels' }],
      refusal: undefined,
      findings: [],
    });
  });
});

describe('a template that says nothing', () => {
  const spec = { mode: 'Observe', istio: { revision: 'canary' } } as const;
  const of = statefulSet({ labels: { 'istio.io/rev': 'canary', 'sidecar.istio.io/inject': 'yes' } });
  const webhookConfigurations = present([injector({ revision: 'canary' })]);
  const configMap = (config: string): Answers => ({
    injectorConfigMaps: {
      'istio-sidecar-injector-canary': present({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'istio-sidecar-injector-canary',
          namespace: 'istio-system',
          uid: 'u',
          resourceVersion: '1',
        },
        data: { config },
      }),
    },
  });

  it('needs the policy of the istiod that would inject it', () => {
    expect(evaluated({ of, spec, webhookConfigurations }).needs).toEqual([
      { kind: 'InjectorConfigMap', namespace: 'istio-system', name: 'istio-sidecar-injector-canary' },
    ]);
  });

  it.each([
    { name: 'enabled', read: configMap('policy: enabled'), refusal: undefined },
    { name: 'disabled', read: configMap('policy: disabled'), refusal: 'InjectionWouldNotHappen' },
    { name: 'not to be understood', read: configMap('['), refusal: undefined },
    {
      name: 'unreadable',
      read: { injectorConfigMaps: { 'istio-sidecar-injector-canary': forbidden } },
      refusal: undefined,
    },
  ])('goes by it: $name', ({ read, refusal }) => {
    const made = evaluated({ of, spec, webhookConfigurations, ...read });
    expect([made.refusal?.reason, made.needs]).toEqual([refusal, []]);
  });
});

describe('what a person should know', () => {
  it.each<{ name: string; options: Options; told: readonly string[] }>([
    { name: 'nothing where all is well', options: { of: wired() }, told: [] },
    { name: 'nobody injects', options: { webhookConfigurations: present([]) }, told: ['InjectorNotSeen'] },
    {
      name: 'nothing where nobody is seen and pods are injected all the same',
      options: { of: wired(), webhookConfigurations: present([]), pods: present([injectedPod()]) },
      told: [],
    },
    {
      name: 'conditions decide',
      options: { webhookConfigurations: present([injector({ matchConditions: [{}] })]) },
      told: ['InjectionUnknown'],
    },
    { name: 'no right', options: { webhookConfigurations: forbidden }, told: ['InjectionUnknown'] },
    {
      name: 'a wired template in a namespace that has opted out',
      options: { of: wired(), ...optedOut },
      told: ['NotInjected'],
    },
    {
      name: 'two injectors for one pod',
      options: { of: wired(), webhookConfigurations: present([injector(), injector({ name: 'twin' })]) },
      told: ['InjectorsOverlap'],
    },
    {
      name: 'another revision than the tag means',
      options: {
        spec: { istio: { revision: 'prod' } },
        namespaceLabels: present({ 'istio-injection': 'enabled' }),
        webhookConfigurations: present([injector(), injector({ revision: 'canary', tag: 'prod' })]),
      },
      told: ['InjectedByOtherRevision'],
    },
    {
      name: 'nothing where tag and namespace mean one revision',
      options: {
        spec: { istio: { revision: 'prod' } },
        namespaceLabels: present({ 'istio.io/rev': 'canary' }),
        webhookConfigurations: present([
          injector({ revision: 'canary' }),
          injector({ revision: 'canary', tag: 'prod' }),
        ]),
      },
      told: [],
    },
  ])('$name', ({ options, told }) => {
    expect(codes(evaluated(options))).toEqual(told);
  });

  it('names the permission that is missing', () => {
    expect(evaluated({ webhookConfigurations: forbidden }).findings).toEqual([
      {
        code: 'InjectionUnknown',
        target: 'StatefulSet/prometheus',
        message:
          'whether the next pod gets an istio-proxy is not known, since the controller lacks the permission list on mutatingwebhookconfigurations.admissionregistration.k8s.io: it is forbidden',
      },
    ]);
    expect(evaluated({ namespaceLabels: forbidden }).findings[0]?.message).toMatch(
      /lacks the permission get on namespaces: it is forbidden$/,
    );
  });

  it('says what will be lost, and what would mend it', () => {
    const of = wired();
    const { findings } = evaluated({ of, ...optedOut, pods: present([injectedPod()]) });
    expect(findings[0]?.message).toBe(
      'pods have an istio-proxy, but the next one gets none: no injector takes pods with sidecar.istio.io/inject=true in namespace app-metrics, which has istio-injection=disabled; remove label istio-injection (now disabled) from Namespace/app-metrics',
    );
  });

  it('says who injects instead', () => {
    const { findings } = evaluated({
      spec: { istio: { revision: 'prod' } },
      namespaceLabels: present({ 'istio-injection': 'enabled' }),
      webhookConfigurations: present([injector(), injector({ revision: 'canary', tag: 'prod' })]),
    });
    expect(findings[0]?.message).toBe(
      "spec.istio.revision is prod (a tag of canary), but namespace.sidecar-injector.istio.io of MutatingWebhookConfiguration/istio-sidecar-injector injects, which is revision default: a label of the namespace counts before the pod's",
    );
  });
});
