import { describe, expect, it } from 'vitest';
import type { Labels, MutatingWebhookConfiguration } from '../../../src/api/kubernetes.ts';
import { injectionAdvice } from '../../../src/plan/injection/advice.ts';
import { injectorsOf } from '../../../src/plan/injection/injection.ts';
import { injector } from '../../support/injectors.ts';

const TRUE = { 'sidecar.istio.io/inject': 'true' };
const standard = [
  injector(),
  injector({ revision: 'canary' }),
  injector({ revision: 'canary', tag: 'prod' }),
];
const onlyCanary = [injector({ revision: 'canary' })];

interface Row {
  readonly name: string;
  readonly namespace?: string;
  /** Labels of the namespace. */
  readonly of?: Labels;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly hostNetwork?: boolean;
  readonly configurations?: readonly MutatingWebhookConfiguration[];
  /** Unset: spec decides which labels the template has. */
  readonly isOurs?: false;
  readonly says: string | undefined;
}

describe('injectionAdvice', () => {
  const rows: readonly Row[] = [
    {
      name: 'a namespace that has opted out',
      of: { 'istio-injection': 'disabled' },
      says: 'remove label istio-injection (now disabled) from Namespace/app-metrics',
    },
    {
      name: 'a namespace that has opted out, and no webhook for the label',
      of: { 'istio-injection': 'disabled' },
      configurations: onlyCanary,
      says: 'remove label istio-injection (now disabled) from Namespace/app-metrics and set spec.istio.revision to canary',
    },
    {
      name: 'a namespace of a revision that does not exist any more',
      of: { 'istio.io/rev': 'gone' },
      says: 'remove label istio.io/rev (now gone) from Namespace/app-metrics',
    },
    {
      name: 'a namespace with both labels',
      of: { 'istio.io/rev': 'canary', 'istio-injection': 'disabled' },
      says: 'remove label istio-injection (now disabled) from Namespace/app-metrics',
    },
    {
      name: 'a namespace with two wrong labels',
      of: { 'istio.io/rev': 'gone', 'istio-injection': 'disabled' },
      says: 'remove label istio-injection (now disabled) and istio.io/rev (now gone) from Namespace/app-metrics',
    },
    {
      name: 'a cluster with revisions only',
      configurations: onlyCanary,
      says: 'set spec.istio.revision to canary',
    },
    {
      name: 'a revision that does not exist',
      labels: { 'istio.io/rev': 'gone' },
      says: 'leave spec.istio.revision empty',
    },
    {
      name: 'a revision that does not exist, and no default',
      labels: { 'istio.io/rev': 'gone' },
      configurations: onlyCanary,
      says: 'set spec.istio.revision to canary',
    },
    {
      name: 'a template that says no',
      isOurs: false,
      labels: { 'istio.io/rev': 'canary', 'sidecar.istio.io/inject': 'false' },
      says: 'set label sidecar.istio.io/inject of the pod template to "true"',
    },
    {
      name: 'a template with hostNetwork',
      hostNetwork: true,
      says: 'take hostNetwork out of the pod template',
    },
    {
      name: 'a template with hostNetwork in a namespace that has opted out',
      hostNetwork: true,
      of: { 'istio-injection': 'disabled' },
      says: 'remove label istio-injection (now disabled) from Namespace/app-metrics and take hostNetwork out of the pod template',
    },
    {
      name: 'an annotation that says no',
      isOurs: false,
      of: { 'istio-injection': 'enabled' },
      labels: {},
      annotations: { 'sidecar.istio.io/inject': 'false' },
      says: 'set annotation sidecar.istio.io/inject of the pod template to "true"',
    },
    {
      name: 'a template without the label, and the default revision only',
      labels: {},
      configurations: [injector()],
      says: 'set label sidecar.istio.io/inject of the pod template to "true"',
    },
    {
      name: "its owner's template in a cluster with revisions only",
      isOurs: false,
      configurations: onlyCanary,
      says: 'set label istio.io/rev=canary on the pod template',
    },
    {
      name: "its owner's template with a revision that does not exist",
      isOurs: false,
      labels: { ...TRUE, 'istio.io/rev': 'gone' },
      says: 'remove label istio.io/rev from the pod template',
    },
    { name: 'a system namespace', namespace: 'kube-system', says: undefined },
    { name: 'a cluster without a webhook', configurations: [], says: undefined },
  ];
  it.each(rows)('says what would help for $name', (row) => {
    const { labels = TRUE, annotations = TRUE, configurations = standard, hostNetwork = false } = row;
    const input = {
      injectors: injectorsOf(configurations),
      namespace: row.namespace ?? 'app-metrics',
      namespaceLabels: row.of ?? {},
      template: { metadata: { labels, annotations }, spec: { containers: [], hostNetwork } },
      policies: {},
    };
    const advice = injectionAdvice(input, row.isOurs ?? true);
    expect(advice?.sentence).toBe(row.says);
  });
});
