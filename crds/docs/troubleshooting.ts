// A section for each reason of a condition, each reason of an Event and each finding code: where it is seen, what it means,
// how to fix it, and the command that shows more. The heading makes the anchor that messages name.
import { EVENT_REASONS } from '../../src/api/event-reasons.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { REASONS, type Reason } from '../../src/api/reasons.ts';
import { COMMANDS } from './commands.ts';
import { CONDITION_REASONS } from './condition-reasons.ts';
import { code, codes, fenced, plain } from './markdown.ts';

export function reasonSections(): string {
  return sections(REASONS, (name) => {
    const alike = name in FINDINGS ? ' Also a code of `status.findings`.' : '';
    return `A reason of ${codes(conditionsWith(name))}.${alike}`;
  });
}

export function eventSections(): string {
  return sections(EVENT_REASONS, () => 'A reason of Events.');
}

export function findingSections(): string {
  // What is both has its section among the reasons.
  const others = Object.entries(FINDINGS).filter(([name]) => !(name in REASONS));
  return sections(Object.fromEntries(others), () => 'A code of `status.findings`.');
}

function sections(reasons: Readonly<Record<string, Reason>>, whereOf: (name: string) => string): string {
  return Object.entries(reasons)
    .flatMap(([name, { meaning, fix }]) => {
      const command = COMMANDS.get(name);
      return [
        `### ${code(name)}`,
        plain(meaning),
        `**Fix:** ${plain(fix)}`,
        ...(command === undefined ? [] : [fenced('sh', command)]),
        `_${whereOf(name)}_`,
      ];
    })
    .join('\n\n');
}

function conditionsWith(reason: string): readonly string[] {
  return Object.entries(CONDITION_REASONS).flatMap(([type, byStatus]) => {
    const names = Object.values(byStatus).flat();
    return names.some((name) => name === reason) ? [type] : [];
  });
}
