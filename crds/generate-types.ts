// Makes src/api/prometheus-istio-scrape.gen.ts from the CRD; `--check` only says whether it is up to date.
// Knows just the part of OpenAPI that the CRD uses, and throws on the rest, so that no field is dropped in silence.
import { load } from 'js-yaml';
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

interface Validation {
  readonly rule: string;
  readonly message?: string;
  readonly fieldPath?: string;
}

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly Validation[];
}

const CRD_FILE = new URL('prometheusistioscrapes.meshscrape.dev.yaml', import.meta.url);
const TYPES_FILE = new URL('../src/api/prometheus-istio-scrape.gen.ts', import.meta.url);
const LINE_WIDTH = 110;

/** The interface of each object, by its place in the schema: a new object without a name here is an error. */
const INTERFACE_NAMES: Readonly<Record<string, string>> = {
  spec: 'PrometheusIstioScrapeSpec',
  'spec.manage': 'Manage',
  'spec.workload': 'WorkloadSpec',
  'spec.config': 'ConfigSpec',
  'spec.config.configMap': 'ConfigMapSpec',
  'spec.certificates': 'CertificatesSpec',
  'spec.istio': 'IstioSpec',
  'spec.sidecar': 'SidecarSpec',
  status: 'PrometheusIstioScrapeStatus',
  'status.conditions[]': 'Condition',
  'status.workload': 'WorkloadStatus',
  'status.certificates': 'CertificatesStatus',
  'status.config': 'ConfigStatus',
  'status.config.skippedJobs[]': 'SkippedJob',
  'status.istio': 'IstioStatus',
  'status.lastInSync': 'LastInSync',
  'status.pending[]': 'PendingChange',
  'status.drift': 'DriftStatus',
  'status.certificates.serving[]': 'ServingCertificateStatus',
  'status.drift.fields[]': 'DriftField',
  'status.drift.fields[].changedBy': 'ChangedBy',
  'status.staleSecrets[]': 'StaleSecret',
  'status.findings[]': 'FindingStatus',
  'status.staleSecrets[].usedBy[]': 'SecretUse',
  'status.targets': 'TargetsStatus',
  'status.targets.failures[]': 'TargetFailure',
};

/** The interfaces for `spec` and `status` of a CRD's only version. Throws for a construct that it does not know. */
export function generateTypes(crdText: string, names: Readonly<Record<string, string>>): string {
  const { properties = {} } = schemaOf(crdText);
  const blocks: string[] = [];
  const seen = new Set<string>();
  for (const root of ['spec', 'status']) {
    const schema = properties[root];
    if (schema === undefined) throw new Error(`the CRD has no ${root}`);
    typeOf(schema, root);
  }
  const unused = Object.keys(names).filter((place) => !seen.has(place));
  if (unused.length > 0)
    throw new Error(`no object in the CRD at ${unused.join(', ')}: correct INTERFACE_NAMES`);
  const header = '// Generated from the CRD by `npm run generate`: edit crds/, not this file.\n';
  return `${header}\n${blocks.join('\n')}`;

  function typeOf(schema: Schema, place: string): string {
    switch (schema.type) {
      case 'string':
        return schema.enum === undefined ? 'string' : schema.enum.map((value) => `'${value}'`).join(' | ');
      case 'integer':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array': {
        if (schema.items === undefined) throw new Error(`${place}: an array without items`);
        return `ReadonlyArray<${typeOf(schema.items, `${place}[]`)}>`;
      }
      case 'object':
        return interfaceOf(schema, place);
      case undefined:
      default:
        throw new Error(`${place}: no TypeScript type for type ${JSON.stringify(schema.type)}`);
    }
  }

  function interfaceOf(schema: Schema, place: string): string {
    const name = names[place];
    if (name === undefined) throw new Error(`${place}: an object without a name in INTERFACE_NAMES`);
    if (schema.properties === undefined) throw new Error(`${place}: an object without properties`);
    seen.add(place);
    const at = blocks.length;
    const lines = Object.entries(schema.properties).flatMap(([key, property]) => {
      const isSet = property.default !== undefined || schema.required?.includes(key) === true;
      const type = typeOf(property, `${place}.${key}`);
      return [...comment(property, '  '), `  readonly ${key}${isSet ? '' : '?'}: ${type};`];
    });
    // Before the interfaces of its own properties: a reader wants the whole first.
    blocks.splice(
      at,
      0,
      [...comment(schema, ''), `export interface ${name} {`, ...lines, '}', ''].join('\n'),
    );
    return name;
  }
}

/** The schema of a CRD with a single version. */
export function schemaOf(crdText: string): Schema {
  const crd = load(crdText) as {
    spec: { versions: readonly { schema: { openAPIV3Schema: Schema } }[] };
  };
  const [version, ...more] = crd.spec.versions;
  if (version === undefined || more.length > 0) throw new Error('types are made for exactly one version');
  return version.schema.openAPIV3Schema;
}

function comment(schema: Schema, indent: string): string[] {
  const { description } = schema;
  if (description === undefined) return [];
  const notes =
    typeof schema.default === 'string' && schema.default !== '' ? ` Default: ${schema.default}.` : '';
  const text = `${description}${notes}`.replaceAll('*/', '*\\/');
  if (`${indent}/** ${text} */`.length <= LINE_WIDTH) return [`${indent}/** ${text} */`];
  return [`${indent}/**`, ...wrap(text, `${indent} * `), `${indent} */`];
}

function wrap(text: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const word of text.split(/\s+/)) {
    const next = `${line} ${word}`;
    if (next.length > LINE_WIDTH) {
      lines.push(line);
      line = `${prefix}${word}`;
    } else line = next;
  }
  return [...lines, line];
}

async function main(isCheck: boolean): Promise<number> {
  const types = generateTypes(await readFile(CRD_FILE, 'utf8'), INTERFACE_NAMES);
  const options = await resolveConfig(TYPES_FILE);
  const expected = await format(types, { ...options, parser: 'typescript' });
  const found = await readFile(TYPES_FILE, 'utf8').catch(() => '');
  if (found === expected) return 0;
  if (isCheck) {
    console.error(
      'src/api/prometheus-istio-scrape.gen.ts is not what crds/ asks for: run `npm run generate`',
    );
    return 1;
  }
  await writeFile(TYPES_FILE, expected);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
