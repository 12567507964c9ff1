// Asks Prometheus's own config package how it reads prometheus.yaml documents: the oracle of the YAML editor.
// The program behind it is prometheus/effective-config/main.go.
import { spawn } from 'node:child_process';

import { programs } from './programs.ts';

type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type EffectiveConfig =
  { readonly ok: true; readonly config: JsonValue } | { readonly ok: false; readonly error: string };

/**
 * The effective configuration of each document, in order, or why Prometheus refuses it. One process for all of them.
 * Defaults are filled in, secrets are in clear, file paths as written; environment variables expand to nothing.
 */
export async function effectiveConfigs(documents: readonly string[]): Promise<EffectiveConfig[]> {
  const { 'effective-config': file } = await programs(['effective-config']);
  const child = spawn(file, { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  const { promise: exited, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  // If it dies early, its exit code says more than the broken pipe.
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(Buffer.concat(documents.flatMap(framed)));
  const code = await exited;
  if (code !== 0) throw new Error(`effective-config ended with code ${code ?? 'of a signal'}`);
  const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
  if (lines.length !== documents.length) {
    throw new Error(`effective-config answered ${lines.length} of ${documents.length} documents`);
  }
  return lines.map((line) => JSON.parse(line) as EffectiveConfig);
}

function framed(document: string): Buffer[] {
  const bytes = Buffer.from(document);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
