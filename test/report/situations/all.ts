// Every situation of every reason, as rows.
import { CONFIG_SITUATIONS } from './config.ts';
import { MESH_SITUATIONS } from './mesh.ts';
import { PROOF_SITUATIONS } from './proof.ts';
import { ROLLOUT_SITUATIONS } from './rollout.ts';
import { SECRET_SITUATIONS } from './secrets.ts';
import type { Situation, Situations } from './situation.ts';
import { TARGET_SITUATIONS } from './target.ts';
import { UNDO_SITUATIONS } from './undo.ts';
import { WIRING_SITUATIONS } from './wiring.ts';
import { WRITE_SITUATIONS } from './writes.ts';

const TABLES: readonly Situations[] = [
  TARGET_SITUATIONS,
  MESH_SITUATIONS,
  CONFIG_SITUATIONS,
  PROOF_SITUATIONS,
  ROLLOUT_SITUATIONS,
  SECRET_SITUATIONS,
  WIRING_SITUATIONS,
  UNDO_SITUATIONS,
  WRITE_SITUATIONS,
];

export const SITUATIONS: readonly (Situation & { readonly reason: string })[] = TABLES.flatMap((table) =>
  Object.entries(table).flatMap(([reason, situations]) => situations.map((each) => ({ reason, ...each }))),
);
