// No hot loop, on the real API server, where the controller waits for somebody, or has nothing to do.
import { describe } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const story = useStillWorlds(bed);
const { becomes, bent, converged, edited, running, scrape, world } = story;

const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';
const annotated = (value: string): object => ({
  spec: { template: { metadata: { annotations: { [PORTS]: value } } } },
});

const WAITING_ROWS: readonly StillWorld[] = [
  {
    name: 'waits',
    says: 'CertificatesReady False RolloutOnDelete',
    build: async () => {
      await world('waits', { updateStrategy: { type: 'OnDelete' } });
      await running('waits');
      await scrape('waits');
    },
  },
  {
    name: 'rolls',
    // Ready names the pod that keeps the rollout from its end, once it did so for long.
    says: 'WorkloadWired False WaitingForRollout',
    build: async () => {
      await converged('rolls');
      bed.kubelet.hold(({ spec }) => spec.containers.some(({ image }: { image: string }) => image === 'new'));
      await edited('rolls', [
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'new' },
        {
          op: 'replace',
          path: `/spec/template/metadata/annotations/${PORTS.replaceAll('/', '~1')}`,
          value: '*',
        },
      ]);
    },
  },
  {
    name: 'observes',
    says: 'Ready False PendingChanges',
    build: () => bent('observes', {}, { mode: 'Observe' }),
  },
  {
    name: 'contested',
    says: 'Ready False FieldConflict',
    build: () =>
      bent(
        'contested',
        {
          set: ({ spec }) => {
            spec.template.metadata.annotations = { [PORTS]: '*' };
          },
        },
        { mode: 'Observe' },
      ),
  },
  {
    name: 'drifts',
    says: 'Ready False DriftDetected',
    build: async () => {
      const all = await converged('drifts', {}, { replicas: 0 });
      await bed.api.patch(all.resource, { spec: { mode: 'Observe' } });
      await becomes('drifts', 'Ready', { status: 'True', observedGeneration: 2 });
      await edited('drifts', annotated('9090'));
    },
  },
  { name: 'suspended', says: 'Ready False Suspended', build: () => bent('suspended', {}, { suspend: true }) },
  { name: 'done', says: 'Ready True Succeeded', build: () => converged('done', {}, { replicas: 0 }) },
];

describe('a minute of waiting', () => {
  useStillMinute({ controller, story, worlds: WAITING_ROWS });
});
