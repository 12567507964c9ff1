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
  if (evaluation === undefined) throw new Error('not evaluated');
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

describe('planInjection, for the next pod of the live template', () => {
  it.each([
    { name: 'a template that is not wired', options: {}, injected: 'False', webhook: undefined },
    {
      name: 'a wired template',
      options: { of: wired() },
      injected: 'True',
      webhook: 'object.sidecar-injector.istio.io',
    },
    {
      name: 'a wired template that has opted out',
      options: { of: wired(), ...optedOut },
      injected: 'False',
      webhook: undefined,
    },
    {
      name: 'a template that is not wired in an enabled namespace',
      options: { namespaceLabels: present({ 'istio-injection': 'enabled' }) },
      injected: 'True',
      webhook: 'namespace.sidecar-injector.istio.io',
    },
    {
      name: 'a cluster without a webhook',
      options: { of: wired(), webhookConfigurations: present([]) },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'a missing permission',
      options: { of: wired(), webhookConfigurations: forbidden },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'a cluster without a webhook where a pod shows a proxy',
      options: { of: wired(), webhookConfigurations: present([]), pods: present([injectedPod()]) },
      injected: 'True',
      webhook: undefined,
    },
    {
      name: 'a missing permission where a pod shows a proxy',
      options: { of: wired(), namespaceLabels: forbidden, pods: present([injectedPod()]) },
      injected: 'True',
      webhook: undefined,
    },
    {
      name: 'a cluster without a webhook where a pod of an older template shows a proxy',
      options: {
        of: wired({ status: { observedGeneration: 1, updateRevision: 'prometheus-3' } }),
        webhookConfigurations: present([]),
        pods: present([injectedPod()]),
      },
      injected: 'Unknown',
      webhook: undefined,
    },
    {
      name: 'a template that has opted out since the pods started',
      options: { of: wired(), ...optedOut, pods: present([injectedPod()]) },
      injected: 'False',
      webhook: undefined,
    },
  ])('is $injected for $name', ({ options, injected, webhook }) => {
    expect(evaluated(options)).toMatchObject({ injected, webhook });
  });
});

describe('planInjection, for a template that is refused', () => {
  it('gives no advice about a template that is not what will run', () => {
    const taken = { name: 'istio-output-certs', secret: { secretName: 'x' } };
    const made = planned({ of: statefulSet({ volumes: [taken] }) });
    expect(made.evaluation?.parts.workload.refusal?.reason).toBe('VolumeNameTaken');
    expect(made.evaluation?.findings.filter(({ code }) => code === 'NotInjected')).toEqual([]);
  });
});

describe('planInjection, for a template that is to be written', () => {
  it('refuses where the pods would surely get no proxy', () => {
    const made = planned(optedOut);
    expect(made.evaluation?.parts.workload.refusal).toEqual({
      reason: 'InjectionWouldNotHappen',
      message:
        'the pods would be restarted and get no istio-proxy, so the template is left alone: no injector takes pods with sidecar.istio.io/inject=true in namespace app-metrics, which has istio-injection=disabled; remove label istio-injection (now disabled) from Namespace/app-metrics',
      stalled: 'Later',
    });
    expect(made.actions.map(({ target }) => target.kind)).not.toContain('StatefulSet');
    expect(made.pending.find(({ field }) => field.target === 'StatefulSet/prometheus')?.waitingFor).toBe(
      'InjectionWouldNotHappen',
    );
    expect(made.evaluation?.findings).toEqual([]);
    expect(made.retryAfterMs).toBe(60_000);
  });

  it.each<{ name: string; options: Options }>([
    { name: 'no webhook injects', options: { webhookConfigurations: present([]) } },
    {
      name: 'conditions decide',
      options: { webhookConfigurations: present([injector({ matchConditions: [{}] })]) },
    },
    { name: 'webhooks may not be read', options: { webhookConfigurations: forbidden } },
    { name: 'the namespace may not be read', options: { namespaceLabels: forbidden } },
  ])('does not refuse where it is not known, since $name', ({ options }) => {
    const { actions } = planned(options);
    expect(actions.map(({ target }) => target.kind)).toContain('StatefulSet');
  });

  it('refuses where no webhook knows the revision, and names the right one', () => {
    const spec = { istio: { revision: 'gone' } };
    const webhookConfigurations = present([injector({ revision: 'canary' })]);
    expect(evaluated({ spec, webhookConfigurations }).refusal?.message).toMatch(
      /; set spec.istio.revision to canary$/,
    );
  });

  it('evaluates the template without the labels that our write takes away', () => {
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

  it('does not refuse where the workload is ignored', () => {
    expect(evaluated({ spec: { manage: { workload: 'Ignore' } }, ...optedOut })).toMatchObject({
      refusal: undefined,
      findings: [{ code: 'NotInjected' }],
    });
  });

  it.each([
    { name: 'none of them', known: {} },
    { name: 'webhooks alone', known: { webhookConfigurations: present([injector()]) } },
    { name: 'the namespace alone', known: { namespaceLabels: present({}) } },
  ])('asks for nothing but webhooks and namespace first, where $name is known', ({ known }) => {
    const of = statefulSet();
    const { webhookConfigurations, namespaceLabels, ...rest } = reads({ statefulSet: of });
    expect([webhookConfigurations, namespaceLabels]).not.toContain(undefined);
    const { evaluation } = plan(snapshot({ statefulSet: of, reads: { ...rest, ...known } }));
    expect(evaluation?.injection).toMatchObject({
      needs: [{ kind: 'WebhookConfigurations' }, { kind: 'NamespaceLabels' }],
      refusal: undefined,
      findings: [],
    });
  });
});

describe('planInjection, for a template that says nothing', () => {
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

  it('asks for the policy of the istiod that would inject it', () => {
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
  ])('decides by a policy that is $name', ({ read, refusal }) => {
    const made = evaluated({ of, spec, webhookConfigurations, ...read });
    expect([made.refusal?.reason, made.needs]).toEqual([refusal, []]);
  });
});

describe('planInjection, in its findings', () => {
  it.each<{ name: string; options: Options; reports: readonly string[] }>([
    { name: 'reports nothing where the pod is injected', options: { of: wired() }, reports: [] },
    {
      name: 'reports that no webhook is seen',
      options: { webhookConfigurations: present([]) },
      reports: ['InjectorNotSeen'],
    },
    {
      name: 'reports nothing where no webhook is seen and pods are injected all the same',
      options: { of: wired(), webhookConfigurations: present([]), pods: present([injectedPod()]) },
      reports: [],
    },
    {
      name: 'reports that conditions decide',
      options: { webhookConfigurations: present([injector({ matchConditions: [{}] })]) },
      reports: ['InjectionUnknown'],
    },
    {
      name: 'reports a missing permission',
      options: { webhookConfigurations: forbidden },
      reports: ['InjectionUnknown'],
    },
    {
      name: 'reports a wired template in a namespace that has opted out',
      options: { of: wired(), ...optedOut },
      reports: ['NotInjected'],
    },
    {
      name: 'reports two injectors for one pod',
      options: { of: wired(), webhookConfigurations: present([injector(), injector({ name: 'twin' })]) },
      reports: ['InjectorsOverlap'],
    },
    {
      name: 'reports another revision than the tag means',
      options: {
        spec: { istio: { revision: 'prod' } },
        namespaceLabels: present({ 'istio-injection': 'enabled' }),
        webhookConfigurations: present([injector(), injector({ revision: 'canary', tag: 'prod' })]),
      },
      reports: ['InjectedByOtherRevision'],
    },
    {
      name: 'reports nothing where tag and namespace mean one revision',
      options: {
        spec: { istio: { revision: 'prod' } },
        namespaceLabels: present({ 'istio.io/rev': 'canary' }),
        webhookConfigurations: present([
          injector({ revision: 'canary' }),
          injector({ revision: 'canary', tag: 'prod' }),
        ]),
      },
      reports: [],
    },
  ])('$name', ({ options, reports }) => {
    expect(codes(evaluated(options))).toEqual(reports);
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

  it('says what will be lost, and what would fix it', () => {
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
