// A name has one meaning: no two files of src declare the same name at their top level.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Names that two files declare all the same, and why. */
const EXEMPT: ReadonlyMap<string, string> = new Map([
  ['SecretUse', 'generated from the CRD: the form in status of what the plan calls so'],
  ['SkippedJob', 'generated from the CRD: the form in status of what the edit calls so'],
  ['StaleSecret', 'generated from the CRD: the form in status of what the plan calls so'],
  ['TargetFailure', 'generated from the CRD: the form in status of what the plan calls so'],
  ['isMap', 'the same function twice: edit knows no other folder, so it cannot take it from api'],
]);

interface Source {
  readonly file: string;
  readonly text: string;
}

/** The functions, classes, constants, interfaces and types that a file declares at its top level. */
function declaredNames({ file, text }: Source): ReadonlySet<string> {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return new Set(source.statements.flatMap(namesOf));
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function boundNames(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}

/** Each name that more than one file declares, with those files. */
function sharedNames(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const source of sources) {
    for (const name of declaredNames(source)) files.set(name, [...(files.get(name) ?? []), source.file]);
  }
  return new Map([...files].filter(([, { length }]) => length > 1));
}

async function sourcesOfProduct(): Promise<readonly Source[]> {
  const files = await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }));
  return files.toSorted().map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

describe('the names of src', () => {
  it('are declared by one file each, but for the exempted, each of which is needed', async () => {
    const shared = sharedNames(await sourcesOfProduct());
    const unexplained = [...shared].filter(([name]) => !EXEMPT.has(name));
    expect(unexplained).toEqual([]);
    expect([...EXEMPT.keys()].filter((name) => !shared.has(name))).toEqual([]);
  });

  it.each([
    { name: 'two functions', texts: ['function read() {}', 'export function read() {}'] },
    { name: 'a function and a constant', texts: ['function read() {}', 'const read = 1;'] },
    { name: 'a class and an interface', texts: ['class read {}', 'interface read {}'] },
    {
      name: 'a type and a constant taken out of an object',
      texts: ['type read = 1;', 'const { a: [read] } = b;'],
    },
  ])('are found where two files declare one: $name', ({ texts }) => {
    const sources = texts.map((text, index) => ({ file: `${String(index)}.ts`, text }));
    expect([...sharedNames(sources)]).toEqual([['read', ['0.ts', '1.ts']]]);
  });

  it('are not confused with what a function declares inside, or what is imported', () => {
    const sources = [
      { file: '0.ts', text: 'export function read() {}' },
      { file: '1.ts', text: "import { read } from './0.ts'; function outer() { const read = 1; }" },
    ];
    expect([...sharedNames(sources)]).toEqual([]);
  });
});
