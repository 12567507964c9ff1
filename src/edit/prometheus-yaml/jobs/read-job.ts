// One scrape job as Prometheus reads it: every write to its TLS fields, in the order of Go's decoder. A merge key
// writes at its own place, so it overrides what is above it; a second tls_config merges into the first, field by field.
import type { Meaning } from '../document/scalar-meaning.ts';
import {
  booleanMeaning,
  hasPlainTag,
  isMergeKey,
  isNull,
  keyMeaning,
  stringMeaning,
} from '../document/scalar-meaning.ts';
import type { Entry, NodeId } from '../../text/yaml/tree.ts';
import {
  childrenOf,
  entriesOf,
  isAlias,
  isMapping,
  isSequence,
  NONE,
  resolve,
  scalarOf,
  textOf,
} from '../../text/yaml/tree.ts';
import type { JobRefusalCode, TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import type { FieldReading, JobProblem, JobReading, ReadContext } from './job-reading.ts';

const MAX_MERGE_DEPTH = 50;
const INLINE: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'ca_ref', 'cert_ref', 'key_ref']);
const FIELDS: ReadonlySet<string> = new Set(TLS_FIELDS);
const UNSET_FIELD: FieldReading = { value: undefined, key: NONE, site: NONE, home: NONE };

function isTlsField(key: string): key is TlsField {
  return FIELDS.has(key);
}

/** Whether a key comes for the first time. A set for each of thousands of small mappings would be most of all garbage. */
function firstTimeTest(count: number): (key: string) => boolean {
  if (count > 24) {
    const seen = new Set<string>();
    return (key) => seen.size !== seen.add(key).size;
  }
  const seen: string[] = [];
  return (key) => !seen.includes(key) && seen.push(key) > 0;
}

/** Mutable while one job is read. */
class JobReader {
  readonly context: ReadContext;
  readonly item: NodeId;
  readonly mapping: NodeId;
  name: string | undefined;
  scheme: JobReading['scheme'];
  serverName: JobReading['serverName'];
  fields: Record<TlsField, FieldReading> = noFields();
  ownTls: Entry | undefined;
  overridden = false;
  hasTls = false;
  inTls = false;
  problem: JobProblem | undefined;
  tlsMappings: NodeId[] = [];
  otherTls: Map<string, string> | undefined;

  constructor(context: ReadContext, item: NodeId) {
    this.context = context;
    this.item = item;
    this.mapping = resolve(context.tree, item);
  }

  fail(code: JobRefusalCode, node: NodeId, why: string): void {
    this.problem ??= { code, node, why };
  }

  /** Walks a mapping's entries in decoder order; merges first call back with the depth of the merge. */
  walk(mapping: NodeId, depth: number, onEntry: (key: string, entry: Entry, depth: number) => void): void {
    const { tree } = this.context;
    if (depth > MAX_MERGE_DEPTH) {
      this.fail('UnknownMeaning', mapping, 'merges are nested too deeply');
      return;
    }
    if (!hasPlainTag(tree, mapping)) this.fail('UnknownMeaning', mapping, 'a mapping has a tag');
    if (this.inTls) this.tlsMappings.push(mapping);
    const entries = entriesOf(tree, mapping);
    const isFirst = firstTimeTest(entries.length);
    for (const entry of entries) {
      this.context.budget -= 1;
      if (this.context.budget < 0) return;
      if (isMergeKey(tree, entry.key)) {
        for (const source of this.mergeSources(entry)) this.walk(source, depth + 1, onEntry);
        continue;
      }
      const key = keyMeaning(tree, entry.key);
      if (key === undefined) this.fail('UnknownMeaning', entry.key, 'a key is no text');
      else if (isFirst(key)) onEntry(key, entry, depth);
      else this.fail('DuplicateKey', entry.key, `the key ${key} is given twice in one mapping`);
    }
  }

  /** The mappings that a `<<` writes, in writing order: of a list the last first, so that earlier ones win. */
  mergeSources(entry: Entry): readonly NodeId[] {
    const { tree } = this.context;
    const list = isSequence(tree, entry.value) ? childrenOf(tree, entry.value).reverse() : [entry.value];
    const sources: NodeId[] = [];
    for (const node of list) {
      const target = this.follow(node, undefined);
      if (isMapping(tree, target)) sources.push(target);
      else this.fail('UnknownMeaning', entry.key, '<< needs a mapping or a list of mappings');
    }
    return sources;
  }

  follow(node: NodeId, field: TlsField | undefined): NodeId {
    if (isAlias(this.context.tree, node)) this.context.onAlias(node, this.item, field);
    return resolve(this.context.tree, node);
  }

  readJobKey(key: string, entry: Entry, depth: number): void {
    const { tree } = this.context;
    if (key === 'tls_config') {
      if (depth === 0) this.ownTls = entry;
      else if (this.ownTls !== undefined) this.overridden = true;
      this.readTls(entry.value);
    } else if (key === 'job_name' || key === 'scheme') {
      const meaning = stringMeaning(tree, entry.value);
      if (meaning.kind === 'unknown') this.fail('UnknownMeaning', entry.value, meaning.why);
      const value = meaning.kind === 'value' ? meaning.value : '';
      if (key === 'job_name') this.name = value;
      else this.scheme = { value, node: entry.value };
    }
  }

  readTls(value: NodeId): void {
    const { tree } = this.context;
    const target = this.follow(value, undefined);
    this.hasTls = true;
    if (isMapping(tree, target)) {
      this.inTls = true;
      this.walk(target, 0, (key, entry) => {
        this.readTlsKey(key, entry);
      });
      this.inTls = false;
    } else if (isNull(tree, target)) {
      this.fields = noFields();
      this.serverName = undefined;
      this.otherTls = undefined;
    } else this.fail('UnknownMeaning', value, 'tls_config is no mapping');
  }

  readTlsKey(key: string, entry: Entry): void {
    const { tree } = this.context;
    if (isTlsField(key)) {
      this.readField(key, entry);
      return;
    }
    const meaning = stringMeaning(tree, entry.value);
    if (meaning.kind === 'unknown') this.fail('UnknownMeaning', entry.value, meaning.why);
    const value = meaning.kind === 'value' ? meaning.value : '';
    this.otherTls ??= new Map();
    this.otherTls.set(key, value);
    if (INLINE.has(key) && value !== '') {
      this.fail('InlineCertificate', entry.key, `${key} is given in place of a file`);
    }
    if (key === 'server_name') this.serverName = value === '' ? undefined : { value, node: entry.value };
  }

  rawText(meaning: Meaning<unknown>, node: NodeId): string | undefined {
    const scalar = scalarOf(this.context.tree, resolve(this.context.tree, node));
    return meaning.kind === 'unknown' && scalar !== undefined ? textOf(this.context.tree, scalar) : undefined;
  }

  readField(field: TlsField, entry: Entry): void {
    const { tree } = this.context;
    this.follow(entry.value, field);
    const meaning =
      field === 'insecure_skip_verify' ? booleanMeaning(tree, entry.value) : stringMeaning(tree, entry.value);
    if (meaning.kind === 'unknown') this.fail('UnknownMeaning', entry.value, meaning.why);
    this.fields[field] = {
      // A text of unknown meaning still says where it points: its job is refused aloud, not passed over.
      value: meaning.kind === 'value' ? String(meaning.value) : this.rawText(meaning, entry.value),
      key: entry.key,
      site: entry.value,
      home: tree.parent[entry.key] ?? NONE,
    };
  }
}

function noFields(): Record<TlsField, FieldReading> {
  return {
    ca_file: UNSET_FIELD,
    cert_file: UNSET_FIELD,
    key_file: UNSET_FIELD,
    insecure_skip_verify: UNSET_FIELD,
  };
}

/** Reads one item of `scrape_configs`. Never throws; what cannot be known is the reading's `problem`. */
export function readJob(context: ReadContext, item: NodeId): JobReading {
  const reader = new JobReader(context, item);
  if (isMapping(context.tree, reader.mapping)) {
    reader.walk(reader.mapping, 0, (key, entry, depth) => {
      reader.readJobKey(key, entry, depth);
    });
  } else reader.fail('UnknownMeaning', item, 'a scrape job is no mapping');
  if (reader.mapping !== item) reader.fail('SharedByAnchor', item, 'the whole job is an alias');
  if (reader.name === undefined || reader.name === '')
    reader.fail('JobNameMissing', item, 'the job has no job_name');
  return {
    item,
    mapping: reader.mapping,
    name: reader.name ?? '',
    scheme: reader.scheme,
    serverName: reader.serverName,
    fields: reader.fields,
    ownTls: reader.ownTls,
    overridden: reader.overridden,
    hasTls: reader.hasTls,
    problem: reader.problem,
    tlsMappings: reader.tlsMappings,
    otherTls: reader.otherTls === undefined ? '' : JSON.stringify([...reader.otherTls]),
  };
}
