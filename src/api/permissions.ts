// Every permission that the controller asks for, and what for. deploy/controller/cluster-role.yaml must say the same (a
// test compares them), and docs/ is made from it. Secrets and the creation of pods are not here, on purpose: components grant them.
import { KINDS } from './kinds.ts';
import { GROUP, PLURAL } from './resource.ts';

export interface Permission {
  /** Empty for the core group. */
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** A sentence for the person who is to grant it. */
  readonly why: string;
}

export const PERMISSIONS: readonly Permission[] = [
  {
    group: GROUP,
    resources: [PLURAL],
    verbs: ['list', 'patch', 'watch'],
    why: 'Reads the resources; patches their finalizers, which are set only while something must be undone.',
  },
  {
    group: GROUP,
    resources: [`${PLURAL}/status`],
    verbs: ['patch'],
    why: 'Says in status what was seen and done.',
  },
  {
    group: 'apps',
    resources: ['statefulsets'],
    verbs: ['list', 'patch', 'watch'],
    why: "Reads pod templates; patches the labels, annotations, volume and mount of a resource's own workload.",
  },
  {
    group: '',
    resources: ['pods'],
    verbs: ['list', 'watch'],
    why: 'Shows whether every pod of a workload has its certificates, and who else mounts its ConfigMap.',
  },
  {
    group: '',
    resources: ['configmaps'],
    verbs: ['get', 'list', 'patch', 'watch'],
    why: "Lists and watches metadata only; reads and patches the one that holds a workload's prometheus.yaml.",
  },
  {
    group: '',
    resources: ['services'],
    verbs: ['get', 'list'],
    why: 'Checks that a Service matches each egress host of the Sidecar, by default that of istiod.',
  },
  {
    group: '',
    resources: ['namespaces'],
    verbs: ['get'],
    why: 'Reads the labels that switch injection on and off, before Prometheus is restarted for nothing.',
  },
  {
    group: 'admissionregistration.k8s.io',
    resources: ['mutatingwebhookconfigurations'],
    verbs: ['list'],
    why: 'Shows whether a webhook will inject the proxy; without it status.istio.injected is Unknown.',
  },
  {
    group: KINDS.Sidecar.group,
    resources: [KINDS.Sidecar.plural],
    verbs: ['create', 'delete', 'list', 'patch', 'watch'],
    why: 'Keeps the one that makes the proxy small, and sees rivals.',
  },
  {
    group: KINDS.PeerAuthentication.group,
    resources: [KINDS.PeerAuthentication.plural],
    verbs: ['create', 'delete', 'list', 'patch', 'watch'],
    why: 'Keeps the one that keeps mutual TLS away from Prometheus itself, and sees rivals.',
  },
  {
    group: KINDS.AuthorizationPolicy.group,
    resources: [KINDS.AuthorizationPolicy.plural, KINDS.RequestAuthentication.plural],
    verbs: ['list'],
    why: 'Names the policies that would be bypassed if inbound interception were turned off.',
  },
  {
    group: 'events.k8s.io',
    resources: ['events'],
    verbs: ['create', 'list', 'patch'],
    why: 'Records what was done, raises the count of what happened again, and reads why a pod was refused.',
  },
];
