// Fills the generated parts of README.md from what the code itself reads: CRD, conditions, reasons, settings, rights.
// `--check` only tells whether they are up to date. It knows nothing of the prose around them.
import { readFile, writeFile } from 'node:fs/promises';

import { CONDITION_MEANINGS } from '../src/api/conditions.ts';
import { FINDINGS } from '../src/api/findings.ts';
import { PERMISSIONS } from '../src/api/permissions.ts';
import { REASONS, type Reason } from '../src/api/reasons.ts';
import { REWRITE_HELP } from '../src/cli/rewrite-options.ts';
import { JOB_FIXES } from '../src/edit/prometheus-yaml/jobs/refusals.ts';
import { PROXY_GATES, type ProxyGate } from '../src/plan/istio-proxy/proxy-versions.ts';
import { TARGET_CAUSES } from '../src/plan/verification/target-cause.ts';
import { describeSettings } from '../src/settings.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { schemaOf, type Schema } from './generate-types.ts';

const README_FILE = new URL('../README.md', import.meta.url);
const CRD_FILE = new URL('prometheusistioscrapes.meshscrape.dev.yaml', import.meta.url);

/** The text of every generated part, by the name in its markers. `crdText` is the CRD's YAML. */
export function readmeParts(crdText: string): ReadonlyMap<string, string> {
  const spec = schemaOf(crdText).properties?.['spec'];
  if (spec === undefined) throw new Error('the CRD has no spec');
  return new Map([
    ['fields', table(['Field of `spec`', 'Values, default', 'Meaning'], fieldRows(spec, ''))],
    ['conditions', table(['Condition', '`True` means'], conditionRows())],
    ['reasons', table(['Reason', 'Meaning', 'Fix'], reasonRows(REASONS))],
    ['findings', table(['Code', 'Meaning', 'Fix'], reasonRows(FINDINGS))],
    ['proxies', table(['`istio-proxy`', 'Where', 'Finding', 'Meaning'], PROXY_GATES.map(gateRow))],
    [
      'jobs',
      table(
        ['Code', 'Way out'],
        Object.entries(JOB_FIXES).map(([code, fix]) => [`\`${code}\``, plain(fix)]),
      ),
    ],
    [
      'causes',
      table(
        ['Cause', 'Fix'],
        TARGET_CAUSES.map(({ cause, fix }) => [`\`${cause}\``, plain(fix)]),
      ),
    ],
    ['permissions', table(['API group', 'Resources', 'Verbs', 'What for'], permissionRows())],
    ['metrics', table(['Metric', 'Type', 'Labels', 'Meaning'], metricRows())],
    ['settings', fenced(describeSettings())],
    ['rewrite', fenced(REWRITE_HELP)],
  ]);
}

/** README with its generated parts made anew. Throws where a part has no place, or a place no part. */
export function fillParts(readme: string, parts: ReadonlyMap<string, string>): string {
  const places = [...readme.matchAll(/^<!-- begin: (.*) -->$/gm)].map((match) => match[1] ?? '');
  const strays = places.filter((name) => !parts.has(name));
  if (strays.length > 0) throw new Error(`README.md has a place for ${strays.join(', ')}: no such part`);
  let text = readme;
  for (const [name, part] of parts) {
    const [begin, end] = [`<!-- begin: ${name} -->\n`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md lacks ${begin.trim()} or ${end} after it`);
    text = text.slice(0, from + begin.length) + unformatted(part) + text.slice(to);
  }
  return text;
}

/** Prettier would pad every cell to the longest one. */
function unformatted(part: string): string {
  return `<!-- prettier-ignore-start -->\n\n${part}\n\n<!-- prettier-ignore-end -->\n`;
}

function fieldRows(schema: Schema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const path = `${prefix}${key}`;
    if (property.properties !== undefined) return fieldRows(property, `${path}.`);
    const isRequired = schema.required?.includes(key) === true;
    return [[`\`${path}\``, valuesOf(property, isRequired), plain(property.description ?? '')]];
  });
}

/** `` `Enforce` or `Observe`, default `Enforce` ``; a string without either has an empty cell. */
function valuesOf(schema: Schema, isRequired: boolean): string {
  const kind = schema.type === 'array' ? 'list' : schema.type === 'boolean' ? 'boolean' : 'string';
  const values = schema.enum?.map((value) => `\`${value}\``).join(', ') ?? kind;
  if (isRequired) return `${values}; required`;
  return schema.default === undefined ? values : `${values}; default ${shown(schema.default)}`;
}

function shown(value: unknown): string {
  if (value === '') return 'empty';
  return `\`${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}\``;
}

function conditionRows(): readonly (readonly string[])[] {
  return Object.entries(CONDITION_MEANINGS).map(([type, meaning]) => [`\`${type}\``, plain(meaning)]);
}

function reasonRows(words: Readonly<Record<string, Reason>>): readonly (readonly string[])[] {
  return Object.entries(words).map(([name, { meaning, fix }]) => [`\`${name}\``, plain(meaning), plain(fix)]);
}

function gateRow({ code, from, before, where }: ProxyGate): readonly string[] {
  const bounds = [
    from === undefined ? [] : [`from ${from}`],
    before === undefined ? [] : [`before ${before}`],
  ];
  const versions = bounds.flat().join(', ');
  const cells = [versions === '' ? 'any' : versions, where?.words ?? 'always'];
  return [...cells, `\`${code}\``, plain(FINDINGS[code].meaning)];
}

function permissionRows(): readonly (readonly string[])[] {
  return PERMISSIONS.map(({ group, resources, verbs, why }) => [
    group === '' ? 'core' : `\`${group}\``,
    resources.map((resource) => `\`${resource}\``).join(', '),
    verbs.join(', '),
    plain(why),
  ]);
}

/** All but those of the process and of Node, which prom-client documents. */
function metricRows(): readonly (readonly string[])[] {
  const { registry, queue } = createMetrics(1);
  queue.watchProcessing(() => []);
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => !/^(nodejs|process)_/.test(name))
    .map((metric) => {
      // prom-client's type hides the names of the labels.
      const { name, type, help, labelNames } = metric as unknown as Record<
        'name' | 'type' | 'help',
        string
      > & {
        labelNames: readonly string[];
      };
      return [`\`${name}\``, type, labelNames.map((label) => `\`${label}\``).join(', '), plain(help)];
    })
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** Text as Markdown that shows just it. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[*|<>]/g, '\\$&');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

async function main(isCheck: boolean): Promise<number> {
  const readme = await readFile(README_FILE, 'utf8');
  const wanted = fillParts(readme, readmeParts(await readFile(CRD_FILE, 'utf8')));
  if (readme === wanted) return 0;
  if (isCheck) {
    console.error('README.md has old tables: run `npx node crds/readme-tables.ts`');
    return 1;
  }
  await writeFile(README_FILE, wanted);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
