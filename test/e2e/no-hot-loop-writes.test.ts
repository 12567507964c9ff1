// No hot loop, on the real API server, where a write is refused.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useRefusals } from '../support/refusals.ts';
import { useStillMinute, writesOf, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const story = useStillWorlds(bed);
const { bent, scrape, world } = story;
const { denies, webhookDown } = useRefusals(bed);

const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';

/** A world whose StatefulSet cannot be written from before the resource exists. */
async function refusedWorld(name: string, refuse: (set: KubeObject) => Promise<void>): Promise<void> {
  const all = await world(name, { replicas: 0 });
  await refuse(all.statefulSet);
  await scrape(name);
}

const WRITE_ROWS: readonly StillWorld[] = [
  {
    name: 'conflicts',
    says: 'Ready False FieldConflict',
    build: () =>
      bent('conflicts', {
        set: ({ spec }) => {
          spec.template.metadata.annotations = { [PORTS]: '9090' };
        },
      }),
  },
  {
    name: 'denied',
    says: 'Ready False WriteRefused',
    build: () => refusedWorld('denied', (set) => denies(set, 'Invalid')),
  },
  {
    name: 'forbidden',
    says: 'Ready Unknown NotAuthorized',
    build: () => refusedWorld('forbidden', (set) => denies(set, 'Forbidden')),
  },
  {
    // Tried again with pauses that double: 1, 2, 4 … 32 seconds fit into a minute.
    name: 'unanswered',
    says: 'Ready Unknown ProgressingWithRetry',
    tries: 8,
    build: () => refusedWorld('unanswered', webhookDown),
  },
];

describe('a minute with writes that are refused', () => {
  useStillMinute({ controller, story, worlds: WRITE_ROWS });

  it('tries again in it', () => {
    expect(writesOf(controller, 'unanswered')).toContain('apply StatefulSet/unanswered');
  });
});
