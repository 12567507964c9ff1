// The fields of spec and status as tables, one for each object below them, with the rules that the API server enforces.
import type { Schema } from '../generate-types.ts';
import { rulesOf } from '../rules.ts';
import type { Blocks } from './blocks.ts';
import { code, codes, plain, table } from './markdown.ts';

type Root = 'spec' | 'status';

interface Row {
  readonly path: string;
  readonly values: string;
  readonly bounds: string;
  readonly meaning: string;
  readonly isRequired: boolean;
}

interface Part {
  readonly description: string | undefined;
  readonly rows: readonly Row[];
  readonly rules: readonly string[];
}

/** `spec` holds the fields that are no objects; `spec.workload`, `spec.config` and so on those of each object. */
export function fieldBlocks(root: Root, schema: Schema): Blocks {
  const properties = Object.entries(schema.properties ?? {});
  const own = properties.filter(([, property]) => membersOf(property) === undefined);
  const objects = properties.filter(([, property]) => membersOf(property) !== undefined);
  const whole: Part = {
    description: schema.description,
    rows: own.map(([path, property]) => rowOf(property, path, schema)),
    rules: [...own.map(([key]) => key), ''].flatMap((key) => rulesIn(schema, key)),
  };
  const parts = objects.map(([key, property]) => {
    const { description } = property;
    const list = property.items === undefined ? [] : [rowOf(property, key, schema)];
    const part = { description, rows: [...list, ...rowsBelow(property, key)], rules: rulesIn(schema, key) };
    return [`${root}.${key}`, textOf(root, part)] as const;
  });
  return { [root]: textOf(root, whole), ...Object.fromEntries(parts) };
}

function textOf(root: Root, { description, rows, rules }: Part): string {
  const refused = ['The API server refuses what breaks a rule:', rules.map((rule) => `- ${rule}`).join('\n')];
  return [plain(description ?? ''), tableOf(root, rows), ...(rules.length === 0 ? [] : refused)].join('\n\n');
}

/** What a status has to hold is the controller's business: only spec says what is required. */
function tableOf(root: Root, rows: readonly Row[]): string {
  const cells = rows.map(({ path, values, bounds, meaning, isRequired }) => [
    path,
    isRequired && root === 'spec' ? `${values}; required` : values,
    bounds,
    meaning,
  ]);
  return table(['Field', 'Values', 'Bounds', 'Meaning'], cells);
}

/** What an object holds, or each item of a list of objects. */
function membersOf(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  return schema.items?.properties === undefined ? undefined : schema.items;
}

function rowsBelow(schema: Schema, path: string): readonly Row[] {
  const below = schema.items === undefined ? path : `${path}[]`;
  const members = membersOf(schema) ?? {};
  return Object.entries(members.properties ?? {}).flatMap(([key, property]) => {
    const at = `${below}.${key}`;
    return [rowOf(property, at, members), ...rowsBelow(property, at)];
  });
}

/** `parent` is the object that the field is in. */
function rowOf(schema: Schema, path: string, parent: Schema): Row {
  const key = path.slice(path.lastIndexOf('.') + 1);
  return {
    path: code(path),
    values: valuesOf(schema),
    bounds: boundsOf(schema),
    meaning: plain(schema.description ?? ''),
    isRequired: parent.required?.includes(key) === true,
  };
}

/** `` `Enforce`, `Observe`; default `Enforce` ``. */
function valuesOf(schema: Schema): string {
  const values = schema.enum === undefined ? kindOf(schema) : codes(schema.enum);
  const isWorthShowing = schema.default !== undefined && schema.properties === undefined;
  return isWorthShowing ? `${values}; default ${shown(schema.default)}` : values;
}

function kindOf(schema: Schema): string {
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}s`;
  return schema.format === 'date-time' ? 'time' : (schema.type ?? '');
}

function shown(value: unknown): string {
  if (value === '') return 'empty';
  return code(Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
}

/** `1 to 16 items of 1 to 256 characters`. */
function boundsOf({ minLength, maxLength, minItems, maxItems, items, ...schema }: Schema): string {
  if (schema.enum !== undefined) return '';
  if (items !== undefined) {
    const each = boundsOf(items);
    return `${range(minItems, maxItems)} items${each === '' ? '' : ` of ${each}`}`;
  }
  return maxLength === undefined ? '' : `${range(minLength, maxLength)} characters`;
}

function range(least = 0, most = 0): string {
  return least === 0 ? `at most ${most}` : `${least} to ${most}`;
}

/** The messages of the rules at `key` and below; of '' those of the whole. */
function rulesIn(schema: Schema, key: string): readonly string[] {
  const isBelow = (path: string): boolean =>
    key !== '' && (path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
  return rulesOf(schema)
    .filter(({ path }) => path === key || isBelow(path))
    .map(({ message }) => plain(message));
}
