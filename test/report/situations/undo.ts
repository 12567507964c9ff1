// Situations of a resource that is being deleted. Its status is made by the undo, not by a plan.
import { scrape } from '../../support/scrape.ts';
import type { Situations } from './situation.ts';

const halt = { reason: 'Terminating', message: 'being undone', stalled: false } as const;
const deleted = {
  resource: scrape(
    {},
    {
      metadata: { deletionTimestamp: '2026-03-01T12:00:00Z' },
      status: { config: { configMap: 'prometheus', key: 'prometheus.yaml', rewrittenJobs: ['a'] } },
    },
  ),
};

export const UNDO_SITUATIONS = {
  Terminating: [
    {
      name: 'a write of the undo is refused',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'Terminating',
      seen: deleted,
      halt,
    },
    {
      name: 'the jobs read their old files again',
      on: 'ConfigRewritten',
      status: 'False',
      kstatus: 'Terminating',
      seen: deleted,
      halt,
      isConfigBack: true,
    },
  ],
} as const satisfies Situations;
