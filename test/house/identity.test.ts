// Group, version, plural and the names of annotations come from src/api/resource.ts alone, those of Istio from two files
// of src/api: no other text of src spells them.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CRD_NAME, GROUP, PLURAL, VERSION } from '../../src/api/resource.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Where our own are spelled: the constants, and what is generated from the CRD. */
const HOME = new Set(['src/api/resource.ts', 'src/api/prometheus-istio-scrape.gen.ts']);

/** Where those of Istio are spelled: its labels, annotations and types, and its kinds. */
const HOME_OF_ISTIO = new Set(['src/api/istio-names.ts', 'src/api/kinds.ts']);

/** Every text of a file that is no comment. */
function textsOf(file: string): readonly string[] {
  return textsIn(readFileSync(join(ROOT, file), 'utf8'));
}

function textsIn(content: string): readonly string[] {
  const source = ts.createSourceFile('source.ts', content, ts.ScriptTarget.Latest);
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

/** `istio.io/rev`, `sidecar.istio.io/inject`, `security.istio.io`. */
function spellsIstio(text: string): boolean {
  return /\bistio\.io\b/.test(text);
}

describe('the names of the custom resource', () => {
  it('are spelled in src/api/resource.ts alone', async () => {
    const files = await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }));
    const spelled = files.filter((file) => !HOME.has(file) && textsOf(file).some(spellsIdentity));
    expect(spelled).toEqual([]);
    expect(textsOf('src/api/resource.ts').some(spellsIdentity)).toBe(true);
  });
});

describe('the names of Istio', () => {
  it('are spelled in src/api/istio-names.ts and src/api/kinds.ts alone', async () => {
    const files = await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }));
    const spelling = files.filter((file) => textsOf(file).some(spellsIstio));
    expect(spelling.toSorted()).toEqual([...HOME_OF_ISTIO]);
  });

  it.each([
    { name: 'a label', content: "labels['istio.io/rev'];", isFound: true },
    {
      name: 'an annotation in a sentence',
      content: "const fix = 'Set sidecar.istio.io/inject.';",
      isFound: true,
    },
    {
      name: 'a version of the API',
      content: "const apiVersion = 'security.istio.io/v1beta1';",
      isFound: true,
    },
    {
      name: 'a CRD behind a part of a template',
      content: 'const crd = `${plural}.security.istio.io`;',
      isFound: true,
    },
    { name: 'a comment', content: '// The annotation proxy.istio.io/config.', isFound: false },
  ])('are found in texts, not in comments: $name', ({ content, isFound }) => {
    expect(textsIn(content).some(spellsIstio)).toBe(isFound);
  });
});
