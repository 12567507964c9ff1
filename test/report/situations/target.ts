// Situations of the workload itself and of what may be done at all.
import { present, reads } from '../../support/answers.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { podOf } from '../../support/pod.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import {
  ABSENT,
  configured,
  driftedTemplate,
  legacy,
  policies,
  ready,
  rolled,
  seenLongAgo,
  UNREADABLE,
} from '../world.ts';
import type { Situations } from './situation.ts';

/** The generation was evaluated before, so that a write is no longer exempt from waiting. */
const evaluated = scrape({}, { status: { observedGeneration: 1 } });
const intercepting = statefulSet({ labels: { 'sidecar.istio.io/inject': 'true' } });

export const TARGET_SITUATIONS = {
  NotAuthorized: [
    {
      name: 'StatefulSets cannot be read',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { statefulSet: UNREADABLE },
    },
    {
      name: 'pods cannot be read',
      on: 'CertificatesReady',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...ready, reads: { ...ready.reads, pods: UNREADABLE } },
    },
    {
      name: 'Sidecars cannot be read',
      on: 'MeshPolicyApplied',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...ready, sidecars: UNREADABLE },
    },
    {
      name: 'PeerAuthentications cannot be read',
      on: 'MeshPolicyApplied',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...ready, peerAuthentications: UNREADABLE },
    },
    {
      name: 'ConfigMaps cannot be read',
      on: 'ConfigRewritten',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: rolled(wired(), { configMaps: { prometheus: UNREADABLE } }),
    },
    {
      name: 'who else mounts the ConfigMap cannot be read',
      on: 'ConfigRewritten',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: rolled(wired(), { podsOfNamespace: UNREADABLE }),
    },
    {
      name: 'policies cannot be read while the pods of today intercept inbound traffic',
      on: 'WorkloadWired',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: rolled(intercepting, { inboundPolicies: UNREADABLE }),
    },
  ],
  WorkloadNotFound: [
    {
      name: 'there is no StatefulSet of that name',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...seenLongAgo, statefulSet: ABSENT },
    },
    {
      name: 'there is no StatefulSet of that name, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { statefulSet: ABSENT },
    },
  ],
  ContainerNotFound: [
    {
      name: 'spec names a container that is not there',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: { resource: scrape({ workload: { container: 'none' } }) },
    },
  ],
  NotAScraper: [
    {
      name: 'spec names a container that is no Prometheus',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        resource: scrape({ workload: { container: 'shop' } }),
        statefulSet: statefulSet({ containers: [{ name: 'shop', image: 'shop:v1' }] }),
      },
    },
  ],
  OwnedByController: [
    {
      name: 'the Prometheus operator made the StatefulSet',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        statefulSet: statefulSet({
          metadata: {
            ownerReferences: [
              {
                apiVersion: 'monitoring.coreos.com/v1',
                kind: 'Prometheus',
                name: 'main',
                uid: 'u',
                controller: true,
              },
            ],
          },
        }),
      },
    },
  ],
  TargetClaimed: [
    {
      name: 'an older resource names the same workload',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        resources: [scrape({}, { metadata: { name: 'a', creationTimestamp: '2020-01-01T00:00:00Z' } })],
      },
    },
  ],
  InboundPolicyWouldBeBypassed: [
    {
      name: 'a policy guards pods that are in the mesh already',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(intercepting, {
        inboundPolicies: present([
          {
            apiVersion: 'security.istio.io/v1',
            kind: 'AuthorizationPolicy',
            metadata: { name: 'only-grafana', namespace: 'app-metrics', uid: 'u', resourceVersion: '1' },
            spec: { selector: { matchLabels: { app: 'prometheus' } } },
          },
        ]),
      }),
    },
  ],
  VolumeNameTaken: [
    {
      name: 'the template has a volume of that name from a Secret',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(statefulSet({ volumes: [{ name: 'istio-output-certs', secret: {} }] })),
    },
  ],
  MountPathTaken: [
    {
      name: 'something else is mounted below the mount path',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(statefulSet({ mounts: [{ name: 'config', mountPath: '/etc/prom-certs/deep' }] })),
    },
  ],
  AnnotationNotMergeable: [
    {
      name: 'proxy.istio.io/config is no mapping',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(statefulSet({ annotations: { 'proxy.istio.io/config': '[]' } })),
    },
  ],
  WaitingForRollout: [
    {
      name: 'drift shows while a rollout runs',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'InProgress',
      seen: {
        ...configured(
          REWRITTEN_YAML,
          driftedTemplate({ observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' }),
        ),
        resource: evaluated,
      },
    },
  ],
  TemplateWriteInterval: [
    {
      name: 'drift shows a minute after our last write',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'InProgress',
      seen: {
        ...configured(REWRITTEN_YAML, {
          ...driftedTemplate(),
          metadata: {
            ...driftedTemplate().metadata,
            managedFields: [entry(MANAGER, OUR_FIELDS, { time: '2026-03-01T11:59:00Z' })],
          },
        }),
        resource: evaluated,
      },
    },
  ],
  DriftDetected: [
    {
      name: 'drift that Observe does not correct',
      on: 'Ready',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...configured(REWRITTEN_YAML, driftedTemplate()), resource: scrape({ mode: 'Observe' }) },
    },
    {
      name: 'drift that is about to be corrected',
      on: 'Drifted',
      status: 'True',
      kstatus: 'InProgress',
      seen: configured(REWRITTEN_YAML, driftedTemplate()),
    },
  ],
  Suspended: [
    {
      name: 'suspended with differences',
      on: 'Ready',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...legacy, resource: scrape({ suspend: true }) },
    },
  ],
  PendingChanges: [
    {
      name: 'Observe with differences',
      on: 'Ready',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...legacy, resource: scrape({ mode: 'Observe' }) },
    },
  ],
  Ignored: [
    {
      name: 'spec.manage leaves the workload alone',
      on: 'WorkloadWired',
      status: 'Unknown',
      kstatus: 'Current',
      seen: { ...ready, resource: scrape({ manage: { workload: 'Ignore' } }) },
    },
  ],
  WaitingForCertificates: [
    {
      name: 'the template is right and the pod old',
      on: 'CertificatesReady',
      status: 'False',
      kstatus: 'InProgress',
      seen: {
        ...policies,
        statefulSet: wired(),
        reads: reads({ pods: [podOf(statefulSet(), { proxy: 'none' })] }),
      },
    },
  ],
  ProofImpossible: [
    {
      name: 'the proxy is older than 1.12',
      on: 'CertificatesReady',
      status: 'Unknown',
      kstatus: 'Failed',
      seen: rolled(wired(), { pods: [podOf(wired(), { proxyImage: 'istio/proxyv2:1.9.5' })] }),
    },
  ],
} as const satisfies Situations;
