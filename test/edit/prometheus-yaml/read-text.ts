// Parses and reads a text that must be one that rewrite() can edit.
import { parseYaml } from '../../../src/edit/prometheus-yaml/document/parse.ts';
import type { ConfigReading } from '../../../src/edit/prometheus-yaml/jobs/read-config.ts';
import { readConfig } from '../../../src/edit/prometheus-yaml/jobs/read-config.ts';
import type { Tree } from '../../../src/edit/text/yaml/tree.ts';

export function readTree(text: string): Tree {
  const parsed = parseYaml(text);
  if (parsed.kind === 'refused') throw new Error(parsed.refusal.message);
  return parsed.tree;
}

export function readText(text: string): ConfigReading {
  const config = readConfig(readTree(text));
  if (config.kind === 'problem') throw new Error(config.why);
  return config.config;
}
