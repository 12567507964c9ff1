import { describe, expect, it } from 'vitest';
import type { InboundPolicy } from '../../../src/api/kubernetes.ts';
import { inboundGuard } from '../../../src/plan/mesh-policy/inbound-guard.ts';
import { present, type Answers } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

describe('inboundGuard', () => {
  const legacy = statefulSet();
  const policy = (kind: string, namespace: string, matchLabels?: object): InboundPolicy =>
    ({
      apiVersion: 'security.istio.io/v1beta1',
      kind,
      metadata: { name: 'deny', namespace, uid: 'p', resourceVersion: '1' },
      ...(matchLabels === undefined ? {} : { spec: { selector: { matchLabels } } }),
    }) as InboundPolicy;
  const intercepting = present([podOf(legacy)]);
  const none = present([podOf(legacy, { proxy: 'none' })]);
  const guard = (reads: Answers, of = legacy, spec = {}) =>
    inboundGuard(subject({ statefulSet: of, resource: scrape(spec), reads }));

  const rows: {
    name: string;
    reads: Answers;
    of?: typeof legacy;
    spec?: object;
    reason?: string;
    needs?: string[];
  }[] = [
    { name: 'asks for the pods first', reads: {}, needs: ['Pods'] },
    { name: 'asks nothing more where no pod is in the mesh', reads: { pods: none } },
    {
      name: "asks nothing more of another workload's pods",
      reads: { pods: present([podOf(wired({ metadata: { uid: 'other' } }))]) },
    },
    {
      name: 'asks for policies where a pod intercepts',
      reads: { pods: intercepting },
      needs: ['InboundPolicies'],
    },
    {
      name: 'asks for policies where a native sidecar intercepts',
      reads: { pods: present([podOf(legacy, { proxy: 'native' })]) },
      needs: ['InboundPolicies'],
    },
    { name: 'asks nothing of a template that has interception off already', reads: {}, of: wired() },
    {
      name: 'asks nothing where spec allows it',
      reads: {},
      spec: { workload: { allowUnprotectedInbound: true } },
    },
    { name: 'accepts pods without policies', reads: { pods: intercepting, inboundPolicies: present([]) } },
    {
      name: 'accepts pods where the CRDs are absent',
      reads: { pods: intercepting, inboundPolicies: { kind: 'absent' } },
    },
    {
      name: 'accepts policies for other pods',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('AuthorizationPolicy', 'app-metrics', { app: 'x' })]),
      },
    },
    {
      name: 'refuses a policy for these pods',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('AuthorizationPolicy', 'app-metrics', { app: 'prometheus' })]),
      },
      reason: 'InboundPolicyWouldBeBypassed',
    },
    {
      name: 'refuses a policy without a selector',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('RequestAuthentication', 'istio-system')]),
      },
      reason: 'InboundPolicyWouldBeBypassed',
    },
    {
      name: 'refuses unreadable policies',
      reads: { pods: intercepting, inboundPolicies: { kind: 'unreadable', message: 'no' } },
      reason: 'NotAuthorized',
    },
    {
      name: 'refuses unreadable pods: nobody knows whether they intercept',
      reads: { pods: { kind: 'unreadable', message: 'cannot list pods' } },
      reason: 'NotAuthorized',
    },
  ];
  it.each(rows)('$name', ({ reads, of, spec, reason, needs = [] }) => {
    const { refusal, needs: asked } = guard(reads, of, spec);
    expect([refusal?.reason, asked.map(({ kind }) => kind)]).toEqual([reason, needs]);
  });

  it('names every policy that would be bypassed', () => {
    const policies = [
      policy('AuthorizationPolicy', 'app-metrics', { app: 'prometheus' }),
      policy('RequestAuthentication', 'istio-system'),
    ];
    expect(guard({ pods: intercepting, inboundPolicies: present(policies) }).refusal).toEqual({
      reason: 'InboundPolicyWouldBeBypassed',
      stalled: true,
      message:
        "today's pods are in the mesh with inbound interception, and turning it off would bypass AuthorizationPolicy app-metrics/deny, RequestAuthentication istio-system/deny: set spec.workload.allowUnprotectedInbound if that is acceptable",
    });
  });
});
