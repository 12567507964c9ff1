// Situations of the Sidecar and the PeerAuthentication, and of the order in which parts come.
import { present, reads } from '../../support/answers.ts';
import { owned } from '../../support/owned-objects.ts';
import { enforced, valuesOf } from '../../support/pod-security.ts';
import { podOf } from '../../support/pod.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { ABSENT, legacy, policies, ready, rolled, seenLongAgo } from '../world.ts';
import type { Situations } from './situation.ts';

const twin = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } });
const rival = owned(
  'PeerAuthentication',
  { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'STRICT' } },
  { name: 'rival', creationTimestamp: '2020-01-01T00:00:00Z', labels: {}, annotations: {} },
);
const rivalled = { ...legacy, peerAuthentications: present([rival]) };

export const MESH_SITUATIONS = {
  NameTaken: [
    {
      name: 'a Sidecar of our name has another maker',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...ready, sidecars: present([owned('Sidecar', undefined, { labels: {}, annotations: {} })]) },
    },
  ],
  SelectorTooWide: [
    {
      name: 'the selector reaches the pods of another StatefulSet',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...legacy, statefulSets: [statefulSet(), twin] },
    },
  ],
  RivalFound: [
    {
      name: 'an older PeerAuthentication of the same scope is STRICT',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'Failed',
      seen: rivalled,
    },
  ],
  IstioNotInstalled: [
    {
      name: 'there is no CRD of PeerAuthentication',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...ready, ...seenLongAgo, peerAuthentications: ABSENT },
    },
    {
      name: 'there is no CRD of PeerAuthentication, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...ready, peerAuthentications: ABSENT },
    },
  ],
  InjectionWouldNotHappen: [
    {
      name: 'the namespace has opted out',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        ...policies,
        ...seenLongAgo,
        reads: { ...legacy.reads, namespaceLabels: present({ 'istio-injection': 'disabled' }) },
      },
    },
    {
      name: 'the namespace has opted out, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: {
        ...policies,
        reads: { ...legacy.reads, namespaceLabels: present({ 'istio-injection': 'disabled' }) },
      },
    },
  ],
  PodWouldBeRefused: [
    {
      name: 'the namespace enforces baseline and the CNI plugin is off',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        ...policies,
        reads: {
          ...legacy.reads,
          ...enforced('baseline'),
          ...valuesOf({ pilot: { cni: { enabled: false } } }),
        },
      },
    },
    {
      name: 'the API server would refuse the pod',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        ...policies,
        reads: {
          ...legacy.reads,
          podAdmission: { kind: 'refused', message: 'violates PodSecurity "baseline:latest": no' },
        },
      },
    },
  ],
  WaitingForMeshPolicy: [
    {
      name: 'the template comes after a PeerAuthentication that cannot be effective',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rivalled,
    },
  ],
  WaitingForWorkload: [
    {
      name: 'the config comes after the template',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...legacy, ...policies },
    },
  ],
  SharedConfigNotWired: [
    {
      name: 'a pod of another workload mounts the ConfigMap',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'InProgress',
      seen: rolled(wired(), { podsOfNamespace: present([podOf(twin, { proxy: 'none' })]) }),
    },
    {
      name: 'nothing is wired, and a pod of a workload that no resource names mounts the ConfigMap',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'InProgress',
      seen: rolled(statefulSet(), { podsOfNamespace: present([podOf(twin, { proxy: 'none' })]) }),
    },
    {
      name: 'nothing is there, and a pod of a workload that no resource names mounts the ConfigMap',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'InProgress',
      seen: { reads: reads({ podsOfNamespace: present([podOf(twin, { proxy: 'none' })]) }) },
    },
  ],
} as const satisfies Situations;
