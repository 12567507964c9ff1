// No hot loop, on the real API server, whatever a Prometheus answers.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const story = useStillWorlds(bed);
const { converged, answers, begins, asked } = story;

const RELOAD_ROWS: readonly StillWorld[] = [
  {
    name: 'silent',
    says: 'Reloaded Unknown NotVerified',
    build: () => converged('silent'),
  },
  {
    name: 'flaps',
    says: 'Reloaded True Succeeded',
    statuses: 3,
    build: () => answers('flaps', REWRITTEN_YAML),
  },
  {
    // Asked and reloaded every ten seconds, which is reported once.
    name: 'not-reloaded',
    says: 'Reloaded False WaitingForReload',
    build: () => answers('not-reloaded', PROMETHEUS_YAML),
  },
];

describe('a minute with a Prometheus that answers', () => {
  useStillMinute({ controller, story, worlds: RELOAD_ROWS, begins });

  it('asks Prometheus again in it', () => {
    expect(asked('flaps')).toBeGreaterThan(0);
    expect(asked('not-reloaded')).toBeGreaterThanOrEqual(6);
  });
});
