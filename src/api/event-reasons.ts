// The reasons of Events that no condition carries. All others are those of conditions and findings.
import type { Reason } from './reasons.ts';

export const EVENT_REASONS = {
  TemplateWritten: {
    meaning: 'The pod template was written, so pods restart as the update strategy of the StatefulSet says.',
    fix: 'Nothing to do.',
  },
  RestoreIncomplete: {
    meaning: 'An undo left something as it is, because it could not be read, written or restored safely.',
    fix: 'The message names what was left: put it back by hand.',
  },
  RestoreUnverified: {
    meaning:
      'An undo gave the jobs their old files back, with which their targets were up before; whether the certificate there is valid could not be read.',
    fix: 'Look at the targets in Prometheus. If they fail, create the resource anew.',
  },
  RestoreWouldBreakScraping: {
    meaning:
      'An undo changed nothing, as Retain does, because the jobs would fail with their old files, or nothing shows that they would not.',
    fix: 'Nothing to do: scraping goes on with the renewed certificates, and nobody watches it any more.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
