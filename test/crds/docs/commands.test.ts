import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../../crds/docs/commands.ts';
import { schemaOf } from '../../../crds/generate-types.ts';
import { placesOf } from '../../../crds/rules.ts';

const CRD = join(import.meta.dirname, '../../../crds/prometheusistioscrapes.meshscrape.dev.yaml');
const fields = new Set(placesOf(schemaOf(readFileSync(CRD, 'utf8'))).map(({ path }) => path));

/** The fields that a JSONPath names, as `status.pending[].target`; what is below a range begins with it. */
function fieldsIn(jsonpath: string): readonly string[] {
  const found: string[] = [];
  let base = '';
  for (const [, part = ''] of jsonpath.matchAll(/\{([^{}]*)\}/g)) {
    const path = part.replace(/^range /, '').replaceAll(/\[[^\]]*\]/g, '[]');
    if (part === 'end') base = '';
    else if (path.startsWith('.')) found.push(`${base}${path}`.slice(1));
    if (part.startsWith('range ')) base = path;
  }
  return found;
}

describe('COMMANDS', () => {
  const all = [...COMMANDS.values()].flatMap((command) =>
    [...command.matchAll(/get promscrape .*?-o jsonpath='([^']*)'/g)].map(([, jsonpath = '']) => jsonpath),
  );

  it('name fields of the CRD', () => {
    const named = all.flatMap(fieldsIn);
    expect(named.filter((path) => !fields.has(path))).toEqual([]);
    expect(named).toContain('status.drift.fields[].changedBy.manager');
    expect(named).toContain('status.conditions[].message');
  });

  it('use no variable that the page does not explain', () => {
    const variables = [...COMMANDS.values()].flatMap((command) => command.match(/\$\w+/g) ?? []);
    expect(new Set(variables)).toEqual(new Set(['$ns', '$name', '$workload', '$pod', '$configmap']));
  });
});
