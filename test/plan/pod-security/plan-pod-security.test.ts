import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import type { Evaluation, Plan } from '../../../src/plan/plan.ts';
import { plan } from '../../../src/plan/plan.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { handWired } from '../../support/hand-wiring.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { enforced, injectedPod, namespaceOf, valuesOf } from '../../support/pod-security.ts';
import { podOf } from '../../support/pod.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { policies } from '../world.ts';

type Options = Partial<Answers> & {
  readonly of?: ReturnType<typeof statefulSet>;
  readonly spec?: Parameters<typeof scrape>[0];
};

/** The kinds of what the plan has to read where these answers are missing. */
function needed({ of = statefulSet(), ...rest }: Options, ...missing: (keyof Answers)[]): readonly string[] {
  const all = Object.entries({ ...reads({ statefulSet: of }), ...rest });
  const answers = Object.fromEntries(all.filter(([key]) => !missing.some((each) => each === key)));
  const { needs } = plan(snapshot({ ...policies, statefulSet: of, reads: answers }));
  return [...new Set(needs.map(({ kind }) => kind))];
}

function planned({ of = statefulSet(), spec = {}, ...rest }: Options): Plan {
  const answers = { ...reads({ statefulSet: of }), ...rest };
  return plan(snapshot({ ...policies, resource: scrape(spec), statefulSet: of, reads: answers }));
}

function evaluated(options: Options): Evaluation {
  const made = planned(options);
  expect(made.needs).toEqual([]);
  if (made.evaluation === undefined) throw new Error('not evaluated');
  return made.evaluation;
}

/** `ApplyTemplate StatefulSet`. */
const written = ({ actions }: Plan): readonly string[] =>
  actions.map(({ kind, target }) => `${kind} ${target.kind}`);
const codes = ({ podSecurity }: Evaluation): readonly string[] =>
  podSecurity.findings.map(({ code }) => code);

const SINCE = '2026-03-01T10:00:00Z';
const BEFORE = '2026-03-01T09:00:00Z';
const AFTER = '2026-03-01T11:00:00Z';
const TAKEN =
  'dry-run create Pod app-metrics/prometheus-: pods "prometheus-x7k2p" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW")';
const CNI_OFF = valuesOf({ pilot: { cni: { enabled: false } } });
const CNI_ON = valuesOf({ pilot: { cni: { enabled: true } } });
const SECCOMP = { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } };
const withSeccomp = statefulSet();
Object.assign(withSeccomp.spec.template.spec, SECCOMP);

describe('planPodSecurity, before the first write', () => {
  it.each<{ name: string; options: Options; says: RegExp }>([
    {
      name: 'baseline without the CNI plugin',
      options: { ...enforced('baseline'), ...CNI_OFF },
      says: /^the pods would be restarted and refused, so the template is left alone: the namespace enforces baseline, which refuses NET_ADMIN and NET_RAW of istio-init, and Istio's CNI plugin, which does without, is not on; label Namespace\/app-metrics pod-security.kubernetes.io\/enforce=privileged, or let Istio's CNI plugin do the redirection \(pilot.cni.enabled\)$/,
    },
    {
      name: 'restricted with the CNI plugin and no seccompProfile',
      options: { ...enforced('restricted'), ...CNI_ON },
      says: /enforces restricted, which asks for a seccompProfile, and neither .* sets one; set securityContext.seccompProfile.type of the pod template to RuntimeDefault, or label /,
    },
    {
      name: 'restricted without both',
      options: { ...enforced('restricted'), ...CNI_OFF },
      says: /istio-init, .*, and which asks for a seccompProfile/,
    },
    {
      name: 'restricted without a seccompProfile, whatever is known of CNI',
      options: { ...enforced('restricted'), ...valuesOf({ global: { proxy: {} } }) },
      says: /enforces restricted, which asks for a seccompProfile/,
    },
    {
      name: 'what the API server says of the pod, whatever the labels say',
      options: { podAdmission: { kind: 'refused', message: TAKEN } },
      says: /left alone: the API server says: violates PodSecurity "baseline:latest": non-default capabilities \(container "istio-init" must not include "NET_ADMIN", "NET_RAW"\); label Namespace\/app-metrics pod-security.kubernetes.io\/enforce=privileged$/,
    },
    {
      name: 'what the API server says of the pod, with what would help where the labels are the cause',
      options: { ...enforced('baseline'), ...CNI_OFF, podAdmission: { kind: 'refused', message: TAKEN } },
      says: /"NET_RAW"\); label Namespace\/app-metrics pod-security.kubernetes.io\/enforce=privileged, or let /,
    },
    {
      name: 'what the injector says of the pod',
      options: {
        podAdmission: {
          kind: 'refused',
          message:
            'dry-run create Pod: admission webhook "object.sidecar-injector.istio.io" denied the request: invalid annotation',
        },
      },
      says: /left alone: the API server says: admission webhook "object.sidecar-injector.istio.io" denied the request: invalid annotation$/,
    },
  ])('refuses by $name', ({ options, says }) => {
    const made = planned(options);
    expect(made.evaluation?.parts.workload.refusal).toMatchObject({
      reason: 'PodWouldBeRefused',
      message: expect.stringMatching(says) as string,
      stalled: true,
    });
    expect(written(made)).not.toContain('ApplyTemplate StatefulSet');
    expect(made.retryAfterMs).toBe(60_000);
  });

  it('says the same in Observe, and nothing where the workload is ignored', () => {
    const refused = { ...enforced('baseline'), ...CNI_OFF };
    const observed = planned({ ...refused, spec: { mode: 'Observe' } });
    expect(observed.evaluation?.parts.workload.refusal?.reason).toBe('PodWouldBeRefused');
    expect(observed.pending.find(({ field }) => field.target === 'StatefulSet/prometheus')?.waitingFor).toBe(
      'PodWouldBeRefused',
    );
    const ignored = evaluated({ ...refused, spec: { manage: { workload: 'Ignore' } } });
    expect([ignored.podSecurity.refusal, ignored.podSecurity.findings]).toEqual([undefined, []]);
  });

  it.each<{ name: string; options: Options }>([
    { name: 'a namespace that enforces nothing', options: {} },
    { name: 'a namespace that enforces privileged', options: enforced('privileged') },
    { name: 'baseline with the CNI plugin', options: { ...enforced('baseline'), ...CNI_ON } },
    {
      name: 'baseline with the CNI plugin of Istio up to 1.23',
      options: { ...enforced('baseline'), ...valuesOf({ istio_cni: { enabled: true } }) },
    },
    {
      name: 'baseline where the template asks for no redirection',
      options: {
        ...enforced('baseline'),
        ...CNI_OFF,
        of: statefulSet({ annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }),
      },
    },
    {
      name: 'baseline where a pod has istio-validation',
      options: {
        ...enforced('baseline'),
        ...valuesOf(undefined),
        podsOfNamespace: present([injectedPod('istio-validation', BEFORE)]),
      },
    },
    {
      name: 'restricted with the CNI plugin and a seccompProfile of the pod',
      options: { ...enforced('restricted'), ...CNI_ON, of: withSeccomp },
    },
    {
      name: 'restricted with the CNI plugin and a seccompProfile of the injector',
      options: {
        ...enforced('restricted'),
        ...valuesOf({
          pilot: { cni: { enabled: true } },
          global: { tag: '1.28.0', proxy: { seccompProfile: { type: 'RuntimeDefault' } } },
        }),
      },
    },
    {
      name: 'a pod that was admitted after the label was written',
      options: {
        ...enforced('baseline'),
        ...CNI_OFF,
        ...namespaceOf('baseline', SINCE),
        podsOfNamespace: present([injectedPod('istio-init', AFTER)]),
      },
    },
    {
      name: 'a pod that the API server would take, whatever the labels say',
      options: { ...enforced('baseline'), ...CNI_OFF, podAdmission: { kind: 'admitted' } },
    },
  ])('lets $name pass', ({ options }) => {
    const made = planned(options);
    expect(made.needs).toEqual([]);
    expect(made.evaluation?.podSecurity).toMatchObject({ refusal: undefined, findings: [] });
    expect(written(made)).toContain('ApplyTemplate StatefulSet');
  });

  it.each<{ name: string; pod: Pod; namespace?: Options }>([
    { name: 'is older than the label', pod: injectedPod('istio-init', BEFORE) },
    { name: 'is as old as the label', pod: injectedPod('istio-init', SINCE) },
    { name: 'does not run', pod: { ...injectedPod('istio-init', AFTER), status: { phase: 'Pending' } } },
    { name: 'has no init container of Istio', pod: injectedPod('other', AFTER) },
    {
      name: 'was not injected',
      pod: podOf(statefulSet(), {
        metadata: { creationTimestamp: AFTER },
        initContainers: [{ name: 'istio-init' }],
      }),
    },
    {
      name: 'runs in a namespace whose label nobody is known to have written',
      pod: injectedPod('istio-init', AFTER),
      namespace: {
        namespace: present({
          ...namespaceOf('baseline', SINCE).namespace.value,
          metadata: { name: 'app-metrics', namespace: '', uid: 'u', resourceVersion: '1' },
        }),
      },
    },
  ])('takes no pod for a proof that $name', ({ pod, namespace = namespaceOf('baseline', SINCE) }) => {
    const options = { ...enforced('baseline'), ...CNI_OFF, ...namespace, podsOfNamespace: present([pod]) };
    expect(planned(options).evaluation?.parts.workload.refusal?.reason).toBe('PodWouldBeRefused');
  });

  it.each([
    {
      name: 'has its own seccompProfile and ours has none',
      pod: SECCOMP,
      ours: statefulSet(),
      proves: false,
    },
    { name: 'has its own seccompProfile and ours too', pod: SECCOMP, ours: withSeccomp, proves: true },
    { name: 'has none of its own', pod: {}, ours: statefulSet(), proves: true },
  ])('under restricted, a pod that $name proves: $proves', ({ pod, ours, proves }) => {
    const injected = injectedPod('istio-validation', AFTER);
    const made = planned({
      of: ours,
      ...enforced('restricted'),
      ...valuesOf({ pilot: { cni: { enabled: false } }, global: {} }),
      ...namespaceOf('restricted', SINCE),
      podsOfNamespace: present([{ ...injected, spec: { ...injected.spec, ...pod } }]),
    });
    expect(made.evaluation?.parts.workload.refusal === undefined).toBe(proves);
  });

  it.each<{ name: string; options: Options; says: string }>([
    {
      name: 'the ConfigMap of the injector is not there',
      options: {
        ...enforced('baseline'),
        injectorConfigMaps: { 'istio-sidecar-injector': { kind: 'absent' } },
      },
      says: "the namespace enforces baseline, and whether Istio's CNI plugin is on cannot be seen in the values of the injector's ConfigMap",
    },
    {
      name: 'the values say nothing of CNI',
      options: { ...enforced('baseline'), ...valuesOf({}) },
      says: "the namespace enforces baseline, and whether Istio's CNI plugin is on cannot be seen in the values of the injector's ConfigMap",
    },
    {
      name: 'the values are no JSON, under restricted',
      options: { ...enforced('restricted'), ...valuesOf(undefined) },
      says: "the namespace enforces restricted, and whether Istio's CNI plugin is on, and whether the injector sets a seccompProfile cannot be seen in the values of the injector's ConfigMap",
    },
    {
      name: 'no injector is known',
      options: { ...enforced('baseline'), webhookConfigurations: present([]) },
      says: "the namespace enforces baseline, and whether Istio's CNI plugin is on cannot be seen in the values of the injector's ConfigMap",
    },
    {
      name: 'the namespace may not be read',
      options: { namespaceLabels: { kind: 'unreadable', message: 'it is forbidden' } },
      says: 'the controller lacks the permission get on namespaces: it is forbidden',
    },
  ])('goes on where it is not known, since $name', ({ options, says }) => {
    const made = planned(options);
    expect(made.needs).toEqual([]);
    expect(written(made)).toContain('ApplyTemplate StatefulSet');
    expect(made.evaluation?.podSecurity.findings).toEqual([
      {
        code: 'PodSecurityUnknown',
        target: 'StatefulSet/prometheus',
        message: `whether Pod Security takes the next pod is not known: ${says}`,
      },
    ]);
  });

  it.each([
    { name: 'a quota', message: 'pods "p" is forbidden: exceeded quota: q, requested: pods=1' },
    {
      name: 'a webhook of somebody else',
      message: 'admission webhook "a.example.com" denied the request: no',
    },
    {
      name: 'a webhook without dry run',
      message: 'admission webhook "object.sidecar-injector.istio.io" does not support dry run',
    },
    { name: 'a lack of permission', message: 'User "m" cannot create resource "pods" in API group ""' },
  ])('takes $name for no answer', ({ message }) => {
    const podAdmission = { kind: 'refused', message } as const;
    expect(planned({ podAdmission }).evaluation?.parts.workload.refusal).toBeUndefined();
    expect(
      planned({ ...enforced('baseline'), ...CNI_OFF, podAdmission }).evaluation?.parts.workload.refusal
        ?.message,
    ).toContain('the namespace enforces baseline');
  });

  it('asks the API server for nothing before it knows who injects', () => {
    expect(needed({}, 'webhookConfigurations', 'podAdmission')).not.toContain('PodAdmission');
  });

  it('reads pods and namespace only where the labels enforce something, and asks the API server last', () => {
    expect(needed({}, 'podAdmission')).toEqual(['PodAdmission']);
    expect(needed(enforced('baseline'), 'podAdmission', 'namespace', 'podsOfNamespace')).toEqual([
      'OwnNamespace',
      'InjectorConfigMap',
      'PodsOfNamespace',
    ]);
    expect(needed({ ...enforced('baseline'), ...CNI_OFF }, 'podAdmission')).toEqual(['PodAdmission']);
  });

  it('asks about the pod anew when labels, values, generation or request change, and else about the same', () => {
    const question = (options: Options, metadata = {}): string => {
      const of = statefulSet();
      const all = Object.entries({ ...reads({ statefulSet: of }), ...options });
      const answers = Object.fromEntries(all.filter(([key]) => key !== 'podAdmission'));
      const resource = scrape({}, { metadata });
      const { needs } = plan(snapshot({ ...policies, resource, reads: answers }));
      return JSON.stringify(needs);
    };
    const same = { ...enforced('baseline'), ...CNI_OFF };
    const first = question(same);
    expect(question(same)).toBe(first);
    const others = [
      question({ ...same, ...enforced('restricted') }),
      question({ ...same, ...CNI_ON }),
      question(same, { generation: 2 }),
      question(same, { annotations: { 'meshscrape.dev/requestedAt': 'now' } }),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });
});

describe('planPodSecurity, on a template that is wired', () => {
  const ours = { metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] } };
  const refusing = { ...enforced('baseline'), ...CNI_OFF };

  it('makes Ready wait for a person where the next pod would be refused, and corrects drift all the same', () => {
    const drifted = wired({ ...ours, annotations: { 'prometheus.istio.io/merge-metrics': 'true' } });
    expect(evaluated({ of: wired(ours), ...refusing }).parts.workload.refusal?.reason).toBe(
      'PodWouldBeRefused',
    );
    const made = planned({ of: drifted, ...refusing });
    expect(made.evaluation?.parts.workload.refusal?.reason).toBe('PodWouldBeRefused');
    expect(written(made)).toEqual(['ApplyTemplate StatefulSet']);
  });

  it('leaves the config alone', () => {
    expect(written(planned({ of: wired(ours) }))).toEqual(['PatchObject ConfigMap']);
    expect(written(planned({ of: wired(ours), ...refusing }))).toEqual([]);
  });

  it('asks for no dry run', () => {
    expect(needed({ of: wired(ours), ...refusing }, 'podAdmission')).toEqual([]);
  });

  it('believes its own pod that was admitted after the label was written', () => {
    const pod = injectedPod('istio-init', AFTER);
    const options = { of: wired(ours), ...refusing, ...namespaceOf('baseline', SINCE), pods: present([pod]) };
    expect(evaluated(options).podSecurity).toMatchObject({ refusal: undefined, findings: [] });
  });

  it('says nothing where wiring is adopted', () => {
    expect(evaluated({ of: handWired(), ...refusing }).podSecurity.refusal).toBeUndefined();
  });

  it('leaves a pod that is missing to what the API server said of it', () => {
    expect(
      evaluated({ of: wired(ours), ...refusing, pods: present([]) }).podSecurity.refusal,
    ).toBeUndefined();
  });

  it('is silent in a namespace that enforces nothing', () => {
    expect(codes(evaluated({ of: wired(ours) }))).toEqual([]);
  });
});
