// What can run a Prometheus is a workload. Which kind of object that is, only the folders that read the kind say; another
// kind needs no change anywhere else.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** Who reads the kind: as the API serves it, from the caches, and as a workload. */
const HOME = ['src/api/', 'src/kube/', 'src/plan/kubernetes/', 'src/plan/workload/'];
/** Other files that name it, and why. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['src/telemetry/resource-metrics.ts', 'the help text of a metric gives an example of a label'],
]);

/** The names and texts of a source that contain the kind; comments may name it as an example. */
function namesOfKind(text: string): readonly string[] {
  const found: string[] = [];
  const collect = (node: ts.Node): void => {
    const isText =
      ts.isIdentifier(node) ||
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && /stateful-?set/i.test(node.text)) found.push(node.text);
    ts.forEachChild(node, collect);
  };
  collect(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest));
  return found;
}

describe('the kind of a workload', () => {
  it('is named by the folders that read it and by each of the listed places, and nowhere else', async () => {
    const files = await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }));
    const naming = files.filter((file) => namesOfKind(readFileSync(join(ROOT, file), 'utf8')).length > 0);
    const outside = naming.filter((file) => !HOME.some((folder) => file.startsWith(folder)));
    expect(outside.toSorted()).toEqual([...PLACES.keys()]);
  });

  it.each([
    { name: 'a string', text: "const kind = 'StatefulSet';", found: ['StatefulSet'] },
    { name: 'a property', text: 'watch(KINDS.StatefulSet);', found: ['StatefulSet'] },
    { name: 'a part of a name', text: 'function wakeByStatefulSet() {}', found: ['wakeByStatefulSet'] },
    { name: 'a plural in lower case', text: "const plural = 'statefulsets';", found: ['statefulsets'] },
    { name: 'the start of a template', text: 'const text = `StatefulSet/${name}`;', found: ['StatefulSet/'] },
    { name: 'the rest of a template', text: 'const text = `${a} StatefulSet`;', found: [' StatefulSet'] },
    { name: 'a file that is imported', text: "import './stateful-set.ts';", found: ['./stateful-set.ts'] },
    { name: 'nothing in a comment', text: '// StatefulSet/prometheus\nconst a = 1;', found: [] },
  ])('is found as $name', ({ text, found }) => {
    expect(namesOfKind(text)).toEqual(found);
  });
});
