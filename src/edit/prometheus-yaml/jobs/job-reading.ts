// What is known of one scrape job once it is read: plain data.
import type { Entry, NodeId, Tree } from '../../text/yaml/tree.ts';
import type { JobRefusalCode, TlsField } from '../result.ts';

/** The last write to a field. */
export interface FieldReading {
  /** undefined: unset. */
  readonly value: string | undefined;
  /** The entry that wrote it, NONE for both where nothing did. */
  readonly key: NodeId;
  readonly site: NodeId;
  /** The mapping that holds the entry. */
  readonly home: NodeId;
}

export interface JobProblem {
  readonly code: JobRefusalCode;
  readonly node: NodeId;
  readonly why: string;
}

export interface JobReading {
  /** The list item under scrape_configs, and the mapping that it is or refers to. */
  readonly item: NodeId;
  readonly mapping: NodeId;
  readonly name: string;
  readonly scheme: { readonly value: string; readonly node: NodeId } | undefined;
  readonly serverName: { readonly value: string; readonly node: NodeId } | undefined;
  readonly fields: Readonly<Record<TlsField, FieldReading>>;
  /** The job's own `tls_config` entry, not one that is merged in. */
  readonly ownTls: Entry | undefined;
  /** A merge below the own entry that writes into tls_config again. */
  readonly overridden: boolean;
  readonly hasTls: boolean;
  readonly problem: JobProblem | undefined;
  /** Every mapping that writes TLS values into this job, its own and those behind aliases. */
  readonly tlsMappings: readonly NodeId[];
  /** All other keys of tls_config with their values: what no edit may change. */
  readonly otherTls: string;
}

/** Who reads TLS values through an alias, and how much reading is left before the file counts as an alias bomb. */
export interface ReadContext {
  readonly tree: Tree;
  /** Called for each alias on the way to a job's TLS values; `field` where the alias is that field's value. */
  readonly onAlias: (alias: NodeId, item: NodeId, field: TlsField | undefined) => void;
  budget: number;
}
