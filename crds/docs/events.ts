// The reasons of Events that are no reasons of conditions.
import { docsAnchorOf } from '../../src/api/docs-address.ts';
import { EVENT_REASONS } from '../../src/api/event-reasons.ts';
import { code, plain, table } from './markdown.ts';

/** `troubleshooting` is the way from the page to the page of reasons. */
export function eventReasonsBlock(troubleshooting: string): string {
  const rows = Object.entries(EVENT_REASONS).map(([name, { meaning }]) => [
    `[${code(name)}](${troubleshooting}#${docsAnchorOf(name)})`,
    plain(meaning),
  ]);
  return table(['Reason', 'Meaning'], rows);
}
