// Group, version, plural and the names of annotations come from src/api/resource.ts alone: no other text of src spells them.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CRD_NAME, GROUP, PLURAL, VERSION } from '../../src/api/resource.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Where they are spelled: the constants, and what is generated from the CRD. */
const HOME = new Set(['src/api/resource.ts', 'src/api/prometheus-istio-scrape.gen.ts']);

/** Every text of a source that is no comment. */
function textsOf(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
  const texts: string[] = [];
  const collect = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      texts.push(node.text);
    }
    ts.forEachChild(node, collect);
  };
  collect(source);
  return texts;
}

function spellsIdentity(text: string): boolean {
  return text === VERSION || [GROUP, PLURAL, CRD_NAME].some((name) => text.includes(name));
}

describe('the names of the custom resource', () => {
  it('are spelled in src/api/resource.ts alone', async () => {
    const files = await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }));
    const spelled = files.filter((file) => !HOME.has(file) && textsOf(file).some(spellsIdentity));
    expect(spelled).toEqual([]);
    expect(textsOf('src/api/resource.ts').some(spellsIdentity)).toBe(true);
  });
});
