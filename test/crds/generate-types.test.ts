import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateTypes } from '../../crds/generate-types.ts';

const ROOT = join(import.meta.dirname, '../..');
const TYPES = 'src/api/prometheus-istio-scrape.gen.ts';

function crd(spec: string, status = '{type: object, properties: {}}'): string {
  const schema = `{type: object, properties: {spec: ${spec}, status: ${status}}}`;
  return `{spec: {versions: [{name: v1, schema: {openAPIV3Schema: ${schema}}}]}}`;
}

const NAMES = { spec: 'Spec', status: 'Status' };

describe('generateTypes', () => {
  const rows = [
    {
      name: 'a field with a default as always there',
      field: '{type: boolean, default: false}',
      line: 'readonly a: boolean;',
    },
    { name: 'a field without one as optional', field: '{type: integer}', line: 'readonly a?: number;' },
    {
      name: 'an enum as a union of literals',
      field: '{type: string, enum: [Retain, Restore]}',
      line: "readonly a?: 'Retain' | 'Restore';",
    },
    {
      name: 'a list as read-only',
      field: '{type: array, items: {type: string}}',
      line: 'readonly a?: ReadonlyArray<string>;',
    },
    {
      name: 'a description as a docstring, with a comment end in it made harmless',
      field: '{type: string, description: "not */ the end"}',
      line: '/** not *\\/ the end */',
    },
  ];
  it.each(rows)('writes $name', ({ field, line }) => {
    const types = generateTypes(crd(`{type: object, properties: {a: ${field}}}`), NAMES);
    expect(types.split('\n').map((each) => each.trim())).toContain(line);
  });

  it('writes a required field without a default as always there', () => {
    const types = generateTypes(crd('{type: object, required: [a], properties: {a: {type: string}}}'), NAMES);
    expect(types).toContain('readonly a: string;');
  });

  it('puts an interface before those of its fields', () => {
    const spec = '{type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}';
    const types = generateTypes(crd(spec), { ...NAMES, 'spec.a': 'A' });
    expect(types.match(/interface \w+/g)).toEqual(['interface Spec', 'interface A', 'interface Status']);
  });

  const refusals = [
    {
      name: 'an object that has no name in the table',
      spec: '{type: object, properties: {a: {type: object, properties: {}}}}',
      names: NAMES,
      message: 'spec.a: an object without a name in INTERFACE_NAMES',
    },
    {
      name: 'a construct that it does not know',
      spec: '{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}',
      names: NAMES,
      message: 'spec.a: no TypeScript type for type undefined',
    },
    {
      name: 'a name in the table that nothing bears',
      spec: '{type: object, properties: {}}',
      names: { ...NAMES, 'spec.gone': 'Gone' },
      message: 'no object in the CRD at spec.gone: correct INTERFACE_NAMES',
    },
  ];
  it.each(refusals)('refuses $name', ({ spec, names, message }) => {
    expect(() => generateTypes(crd(spec), names)).toThrow(message);
  });
});

// It starts Node, which loads prettier: seconds on a busy machine.
describe('generate-types --check', { timeout: 60_000 }, () => {
  // A copy, so that no test ever writes into the checkout.
  let copy = '';

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'meshscrape-generate-'));
    await mkdir(join(copy, 'crds'));
    await mkdir(join(copy, 'src/api'), { recursive: true });
    const files = [
      'crds/generate-types.ts',
      'crds/prometheusistioscrapes.meshscrape.dev.yaml',
      TYPES,
      'package.json',
      '.prettierrc.json',
    ];
    await Promise.all(files.map((file) => copyFile(join(ROOT, file), join(copy, file))));
    await promisify(execFile)('ln', ['-s', join(ROOT, 'node_modules'), join(copy, 'node_modules')]);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  async function generate(...args: readonly string[]): Promise<{ code: number; stderr: string }> {
    const file = join(copy, 'crds/generate-types.ts');
    return promisify(execFile)(process.execPath, [file, ...args]).then(
      ({ stderr }) => ({ code: 0, stderr }),
      (error: unknown) => error as { code: number; stderr: string },
    );
  }

  it('is content with the types that are committed', async () => {
    expect(await generate('--check')).toMatchObject({ code: 0, stderr: '' });
  });

  it('fails and says what to run when they are stale, and leaves them alone', async () => {
    const types = await readFile(join(copy, TYPES), 'utf8');
    const stale = types.replace('readonly suspend: boolean;', '');
    await writeFile(join(copy, TYPES), stale);
    const { code, stderr } = await generate('--check');
    expect(code).toBe(1);
    expect(stderr).toContain('npm run generate');
    expect(await readFile(join(copy, TYPES), 'utf8')).toBe(stale);
    expect(await generate()).toMatchObject({ code: 0 });
    expect(await readFile(join(copy, TYPES), 'utf8')).toBe(types);
  });
});
