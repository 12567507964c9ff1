// Every condition, what True means, and the reasons that it can have.
import { CONDITION_MEANINGS, TRANSIENT_CONDITIONS } from '../../src/api/conditions.ts';
import { docsAnchorOf } from '../../src/api/docs-address.ts';
import { CONDITION_REASONS, type ReasonsByStatus } from './condition-reasons.ts';
import { code, plain, table } from './markdown.ts';

/** `troubleshooting` is the way from the page to the page of reasons. */
export function conditionsBlock(troubleshooting: string): string {
  return Object.entries(CONDITION_MEANINGS)
    .flatMap(([type, meaning]) => [
      `#### ${code(type)}`,
      plain(meaning),
      isTransient(type)
        ? 'It carries reason and message of `Ready`.'
        : reasonsTable(new Map(Object.entries(CONDITION_REASONS)).get(type) ?? {}, troubleshooting),
    ])
    .join('\n\n');
}

function isTransient(type: string): boolean {
  return TRANSIENT_CONDITIONS.some((each) => each === type);
}

function reasonsTable(reasons: ReasonsByStatus, troubleshooting: string): string {
  const rows = Object.entries(reasons).map(([status, names]) => [
    code(status),
    names.map((name) => `[${code(name)}](${troubleshooting}#${docsAnchorOf(name)})`).join(', '),
  ]);
  return table(['Status', 'Reasons'], rows);
}
