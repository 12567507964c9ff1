// Situations of wiring that somebody else made: adopted, lost, or not coherent.
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { handMade, handWired } from '../../support/hand-wiring.ts';
import { scrape } from '../../support/scrape.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../../support/world.ts';
import { ABSENT, rolled, seenLongAgo } from '../world.ts';
import type { Situations } from './situation.ts';

const read = { configMaps: { prometheus: present(configMap(PROMETHEUS_YAML)) } };
const last = { outputDirectory: '/etc/istio-certs', mountPath: '/etc/istio-certs', volumeName: 'own-certs' };

export const WIRING_SITUATIONS = {
  Adopted: [
    {
      name: 'its owner wired it',
      on: 'WorkloadWired',
      status: 'True',
      kstatus: 'InProgress',
      seen: { ...rolled(handWired(), read), sidecars: present([]), peerAuthentications: present([]) },
    },
  ],
  AdoptedWiringLost: [
    {
      name: 'the annotation is gone',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: {
        ...rolled(statefulSet(), read),
        resource: scrape({}, { status: { certificates: { ...last, adopted: true } } }),
      },
    },
  ],
  WiringIncoherent: [
    {
      name: 'Prometheus does not mount the volume',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(handWired({ mounts: [] }), read),
    },
  ],
  IstioNamespaceNotFound: [
    {
      name: 'there is no namespace of that name',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...seenLongAgo, reads: reads({ istioNamespace: ABSENT }) },
    },
    {
      name: 'there is no namespace of that name, and the resource is new',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { reads: reads({ istioNamespace: ABSENT }) },
    },
  ],
  PreflightFailed: [
    {
      name: 'the ConfigMap is not there',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'InProgress',
      seen: rolled(statefulSet(), { configMaps: { prometheus: ABSENT } }),
    },
    {
      name: 'the ConfigMap is not there either',
      on: 'MeshPolicyApplied',
      status: 'False',
      kstatus: 'InProgress',
      seen: { reads: reads({ configMaps: { prometheus: ABSENT } }) },
    },
  ],
  ProxyContainerInTemplate: [
    {
      name: 'the template brings an istio-proxy that writes nothing',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: rolled(handMade({ env: [] }), read),
    },
  ],
} as const satisfies Situations;
