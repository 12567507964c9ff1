// Advice about the injection of the next pod.
import type {
  Labels,
  MutatingWebhookConfiguration,
  PodTemplate,
  StatefulSet,
} from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { injector } from '../../../support/injectors.ts';
import { scrape } from '../../../support/scrape.ts';
import type { SnapshotOptions } from '../../../support/snapshot.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import {
  annotations,
  answer,
  both,
  labels,
  namespace,
  resource,
  template,
  type Change,
  type Edit,
} from '../changes.ts';
import type { Advice, AdviceRow } from '../row.ts';
import { carefullyWired, handWorld, legacyWith } from '../worlds.ts';

const INJECT = 'sidecar.istio.io/inject';
const REVISION = 'istio.io/rev';
const UNREADABLE = { kind: 'unreadable', message: 'forbidden' } as const;
const onlyCanary = [injector({ revision: 'canary' })];

interface World {
  readonly of?: StatefulSet;
  readonly namespaceLabels?: Labels;
  readonly configurations?: readonly MutatingWebhookConfiguration[];
  readonly revision?: string;
}

function injected({
  of = statefulSet(),
  namespaceLabels = {},
  configurations,
  revision,
}: World): SnapshotOptions {
  const world = legacyWith(of, {
    namespaceLabels: present(namespaceLabels),
    webhookConfigurations: present(configurations ?? [injector()]),
    services: {
      'istio-system/istiod': { kind: 'absent' },
      'istio-system/istiod-canary': { kind: 'absent' },
      'istio-system/istiod-revision-tag-canary': { kind: 'absent' },
      'istio-system/istiod-gone': { kind: 'absent' },
      'istio-system/istiod-revision-tag-gone': { kind: 'absent' },
      'istio-system/*': present(true),
    },
  });
  return revision === undefined ? world : { ...world, resource: scrape({ istio: { revision } }) };
}

const asksFor = (revision: string): Change => resource(({ istio }) => ({ istio: { ...istio, revision } }));
const hostNetwork = statefulSet();
const onHost: StatefulSet = {
  ...hostNetwork,
  spec: {
    ...hostNetwork.spec,
    template: {
      ...hostNetwork.spec.template,
      spec: { ...hostNetwork.spec.template.spec, hostNetwork: true },
    },
  },
};
const offHost = template(({ spec, ...rest }) => ({ ...rest, spec: { ...spec, hostNetwork: false } }));

const would = (name: string, seen: SnapshotOptions, ...advice: [Advice, ...Advice[]]): AdviceRow => ({
  code: 'InjectionWouldNotHappen',
  name,
  seen,
  advice,
});

interface Adopted extends Advice {
  readonly name: string;
  readonly of: StatefulSet;
  readonly more?: Parameters<typeof handWorld>[1];
}

/** Adopted wiring: nothing is written, so that what is missing is the owner's to add. */
function adopted({ name, of, more = {}, words, change }: Adopted): AdviceRow {
  return { code: 'NotInjected', name, seen: handWorld(of, more), advice: [{ words, change }] };
}
const careful = carefullyWired();
const withTemplate = (given: StatefulSet, edit: Edit<PodTemplate>): StatefulSet => ({
  ...given,
  spec: { ...given.spec, template: edit(given.spec.template) },
});
const unasked = withTemplate(careful, annotations({ [INJECT]: undefined }));
const silent = withTemplate(unasked, labels({ [INJECT]: undefined }));
const disabledPolicy = {
  'istio-sidecar-injector': present({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-sidecar-injector', namespace: 'istio-system', uid: 'u', resourceVersion: '1' },
    data: { config: 'policy: disabled\n' },
  }),
};
const ASK = {
  words: `set label ${INJECT} of the pod template to "true"`,
  change: template(labels({ [INJECT]: 'true' })),
};
const webhooks = (configurations: readonly MutatingWebhookConfiguration[], ...of: string[]): Change =>
  answer(
    of.map((name) => `MutatingWebhookConfiguration/${name}`),
    { kind: 'WebhookConfigurations' },
    () => present(configurations),
  );

export const INJECTION_ADVICE: readonly AdviceRow[] = [
  would('the namespace has opted out', injected({ namespaceLabels: { 'istio-injection': 'disabled' } }), {
    words: 'remove label istio-injection (now disabled) from Namespace/app-metrics',
    change: namespace({ 'istio-injection': undefined }),
  }),
  would(
    'the namespace asks for a revision that is gone',
    injected({ namespaceLabels: { [REVISION]: 'gone' } }),
    {
      words: 'remove label istio.io/rev (now gone) from Namespace/app-metrics',
      change: namespace({ [REVISION]: undefined }),
    },
  ),
  would(
    'the namespace has two wrong labels',
    injected({ namespaceLabels: { [REVISION]: 'gone', 'istio-injection': 'disabled' } }),
    {
      words:
        'remove label istio-injection (now disabled) and istio.io/rev (now gone) from Namespace/app-metrics',
      change: namespace({ [REVISION]: undefined, 'istio-injection': undefined }),
    },
  ),
  would('the mesh has another revision only', injected({ configurations: onlyCanary }), {
    words: 'set spec.istio.revision to canary',
    change: asksFor('canary'),
  }),
  would('spec asks for a revision that is gone', injected({ revision: 'gone' }), {
    words: 'leave spec.istio.revision empty',
    change: asksFor(''),
  }),
  would('the pods use the network of the node', injected({ of: onHost }), {
    words: 'take hostNetwork out of the pod template',
    change: offHost,
  }),
  would(
    'the namespace has opted out of a mesh that has another revision only',
    injected({ namespaceLabels: { 'istio-injection': 'disabled' }, configurations: onlyCanary }),
    {
      words:
        'remove label istio-injection (now disabled) from Namespace/app-metrics and set spec.istio.revision to canary',
      change: both(namespace({ 'istio-injection': undefined }), asksFor('canary')),
    },
  ),
  adopted({
    name: 'adopted wiring asks for no proxy, and nothing else does',
    of: silent,
    ...ASK,
  }),
  adopted({
    name: 'adopted wiring asks by its annotation, which no injector reads',
    of: withTemplate(careful, labels({ [INJECT]: undefined })),
    ...ASK,
  }),
  adopted({
    name: 'adopted wiring asks for the default revision of a mesh that has another only',
    of: careful,
    more: { webhookConfigurations: present(onlyCanary) },
    words: 'set label istio.io/rev=canary on the pod template',
    change: template(labels({ [REVISION]: 'canary' })),
  }),
  adopted({
    name: 'adopted wiring asks for a revision that is gone',
    of: withTemplate(careful, labels({ [REVISION]: 'gone' })),
    words: 'remove label istio.io/rev from the pod template',
    change: template(labels({ [REVISION]: undefined })),
  }),
  adopted({
    name: 'adopted wiring says no',
    of: withTemplate(unasked, labels({ [INJECT]: 'false' })),
    ...ASK,
  }),
  adopted({
    name: 'adopted wiring says nothing, and the policy of istiod injects only who asks',
    of: silent,
    more: {
      namespaceLabels: present({ 'istio-injection': 'enabled' }),
      injectorConfigMaps: disabledPolicy,
    },
    ...ASK,
  }),
  {
    code: 'InjectorNotSeen',
    name: 'there is no injector',
    seen: injected({ configurations: [] }),
    advice: [
      {
        words: 'so nobody knows beforehand whether pods get an istio-proxy',
        change: webhooks([injector()], 'istio-sidecar-injector'),
      },
    ],
  },
  {
    code: 'InjectionUnknown',
    name: 'webhooks may not be read',
    seen: legacyWith(statefulSet(), { webhookConfigurations: UNREADABLE }),
    advice: [
      {
        words:
          'the controller lacks the permission list on mutatingwebhookconfigurations.admissionregistration.k8s.io',
        change: webhooks([injector()], 'istio-sidecar-injector'),
      },
    ],
  },
  {
    code: 'InjectorsOverlap',
    name: 'two configurations take the same pods',
    seen: injected({ configurations: [injector(), injector({ name: 'second' })] }),
    advice: [{ words: 'let one configuration select them', change: webhooks([injector()], 'second') }],
  },
  {
    code: 'InjectedByOtherRevision',
    name: 'a label of the namespace names another revision than spec',
    seen: injected({
      namespaceLabels: { [REVISION]: 'canary' },
      configurations: [injector(), injector({ revision: 'canary' }), injector({ revision: 'gone' })],
      revision: 'gone',
    }),
    advice: [
      {
        words: "a label of the namespace counts before the pod's",
        change: asksFor('canary'),
      },
    ],
  },
];
