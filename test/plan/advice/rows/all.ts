// The whole table.
import type { AdviceRow } from '../row.ts';
import { CONFIG_ADVICE } from './config.ts';
import { FINDING_ADVICE } from './findings.ts';
import { INJECTION_ADVICE } from './injection.ts';
import { JOB_ADVICE } from './jobs.ts';
import { MESH_ADVICE } from './mesh.ts';
import { POD_ADVICE } from './pod-security.ts';
import { RECORD_ADVICE } from './record.ts';
import { TARGET_ADVICE } from './target.ts';
import { TEMPLATE_ADVICE } from './template.ts';
import { WIRING_ADVICE } from './wiring.ts';

export const ADVICE: readonly AdviceRow[] = [
  ...TARGET_ADVICE,
  ...TEMPLATE_ADVICE,
  ...WIRING_ADVICE,
  ...MESH_ADVICE,
  ...CONFIG_ADVICE,
  ...JOB_ADVICE,
  ...RECORD_ADVICE,
  ...INJECTION_ADVICE,
  ...FINDING_ADVICE,
  ...POD_ADVICE,
];
