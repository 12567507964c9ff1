// Tables of the codes that status carries beside reasons: findings, causes of failed targets, jobs that are left alone.
import { docsAnchorOf } from '../../src/api/docs-address.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { JOB_FIXES } from '../../src/edit/prometheus-yaml/jobs/refusals.ts';
import { TARGET_CAUSES } from '../../src/plan/verification/target-cause.ts';
import { code, plain, table } from './markdown.ts';

/** `troubleshooting` is the way from the page to the page of findings. */
export function findingsBlock(troubleshooting: string): string {
  const rows = Object.entries(FINDINGS).map(([name, { meaning, fix }]) => [
    `[${code(name)}](${troubleshooting}#${docsAnchorOf(name)})`,
    plain(meaning),
    plain(fix),
  ]);
  return table(['Code', 'Meaning', 'Fix'], rows);
}

export function targetCausesBlock(): string {
  const rows = TARGET_CAUSES.map(({ cause, certificate, fix }) => [
    code(cause),
    certificate ? 'yes' : 'no',
    plain(fix),
  ]);
  return table(['Cause', 'About certificates', 'Fix'], rows);
}

export function jobRefusalsBlock(): string {
  const rows = Object.entries(JOB_FIXES).map(([name, fix]) => [code(name), plain(fix)]);
  return table(['Code', 'Fix'], rows);
}
