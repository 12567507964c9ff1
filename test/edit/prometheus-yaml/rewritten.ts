// Calls rewrite() where it must not refuse the file.
import type { RewriteRequest, Rewritten } from '../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST } from './goldens.ts';

export function rewritten(text: string, request: Partial<RewriteRequest> = {}): Rewritten {
  const result = rewrite(text, { ...REQUEST, ...request });
  if (result.kind === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result;
}
