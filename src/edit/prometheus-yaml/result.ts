// The shapes that cross the border of the prometheus.yaml editor: what is asked, what comes back.
// Plain data only: every value here can be printed, compared and stored.

/** The four fields of a job's own `tls_config` that the editor may set. Nothing else is ever written. */
export const TLS_FIELDS = ['ca_file', 'cert_file', 'key_file', 'insecure_skip_verify'] as const;

export type TlsField = (typeof TLS_FIELDS)[number];

/** Those of them that name a file. */
export const FILE_FIELDS = ['ca_file', 'cert_file', 'key_file'] as const;

export type FileField = (typeof FILE_FIELDS)[number];

/** One mount of the Prometheus container: whose the files at `directory` are. */
export interface ContainerMount {
  /** Where it is mounted: a directory, or a file where a subPath leads to one. */
  readonly directory: string;
  /**
   * `Citadel`: one of Citadel's secrets. `Certificates`: the volume that istio-proxy fills. `EmptyDir`: one that another
   * container may fill. `Other`: whatever else, a Secret, a ConfigMap, a claim.
   */
  readonly source: 'Citadel' | 'Certificates' | 'EmptyDir' | 'Other';
  /** It holds no directories, as Secrets and ConfigMaps do not: a file below one is in no volume. */
  readonly flat?: boolean;
  /** Another container may write there too. */
  readonly shared?: boolean;
}

/** What the caller asks for. Directories are absolute; a trailing slash makes no difference. */
export interface RewriteRequest {
  /** `config.jobs`: entries with `*` or `?` only narrow, a literal name adds a job that has a tls_config; [] = all. */
  readonly jobs: readonly string[];
  /** Where Istio's files are known by name. */
  readonly legacyDirectories: readonly string[];
  /** Whose the files of a directory are, where that is known; it goes before any name. */
  readonly mounts?: readonly ContainerMount[];
  /** What its pods mount beside, as webhooks add it. Where given, a file in none of these or `mounts` is nowhere. */
  readonly podMounts?: readonly string[];
  /** The directory, inside the Prometheus container, that holds root-cert.pem, cert-chain.pem and key.pem. */
  readonly mountPath: string;
  /** Earlier values of mountPath: a job that names a file there is ours to move on. */
  readonly previousMountPaths: readonly string[];
  /** Jobs of the record, with what was replaced: chosen whatever their paths are now. See {@link ConfigRecord}. */
  readonly recorded: Readonly<Record<string, RecordedJob>>;
  /** The directory of the configuration file: what Prometheus resolves relative paths against. Unset: they match nothing. */
  readonly configDirectory?: string;
}

/** Why a whole file cannot be edited. */
export type FileRefusalCode =
  | 'Unparsable'
  | 'TooDeep'
  | 'TooManyAliases'
  | 'UnsupportedCharacter'
  | 'UnsupportedDirective'
  | 'UnexpectedShape'
  | 'DuplicateKey'
  | 'InvalidMountPath'
  | 'ProofFailed';

/** Why one job is left as it is while the others go on. */
export type JobRefusalCode =
  | 'DuplicateKey'
  | 'DuplicateJobName'
  | 'JobNameMissing'
  | 'InlineCertificate'
  | 'SharedByAnchor'
  | 'OverriddenByMerge'
  | 'SplitPair'
  | 'NothingMounted'
  | 'FileNeverWritten'
  | 'UnknownMeaning'
  | 'UnknownPlace'
  | 'ProofFailed';

/** A refusal: nothing was changed, and why. `line` and `column` count from 1; `column` in UTF-16 units. */
export interface ConfigRefusal<Code extends string = FileRefusalCode> {
  readonly code: Code;
  /** One sentence: what is there and why it cannot be edited. */
  readonly message: string;
  /** One sentence: what the person can do. */
  readonly fix: string;
  readonly line: number;
  readonly column: number;
}

export interface SkippedJob extends ConfigRefusal<JobRefusalCode> {
  /** The effective job_name; '' where there is none. */
  readonly job: string;
}

/** One field that is ours to set, as Prometheus reads the *input*, beside what it should be. */
export interface FieldValue {
  readonly field: TlsField;
  /** `scrape_configs[<job_name>].tls_config.<field>`. */
  readonly path: string;
  readonly expected: string;
  /** undefined: unset. Booleans read `true` or `false` however they are spelt. */
  readonly actual: string | undefined;
  /** Where the value is written; of the tls_config or the job where it is unset. */
  readonly line: number;
  readonly column: number;
}

/** A chosen job whose values could be read; also there when the job is skipped or already as desired. */
export interface JobValues {
  readonly job: string;
  readonly line: number;
  readonly column: number;
  /** In the order of {@link TLS_FIELDS}; a file of another owner stays as it is and is not among them. */
  readonly values: readonly FieldValue[];
  /** Every file that it names in the input, as it is written. */
  readonly files: readonly string[];
}

/** A job that reads Istio's files, old or new ones, or is chosen for another reason. */
export interface NeedingJob {
  readonly job: string;
  readonly chosen: boolean;
  /** It reads our files in the input, as far as they are ours to set. */
  readonly cured: boolean;
  /** It is not chosen, and config.jobs does not leave it out: its files are nobody's, so a person must act. */
  readonly refused?: true;
}

/** One splice: `input.slice(start, end)` becomes `text`. Edits are sorted and do not overlap. Offsets in UTF-16 units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly job: string;
  /** The fields that this splice sets, as paths. */
  readonly paths: readonly string[];
}

export type ConfigFindingCode =
  /** A file under a legacy directory is named where the editor does not write; losing the mount breaks it. */
  | 'StalePath'
  /** A chosen job's scheme is not https, so its tls_config may be unused. */
  | 'SchemeNotHttps'
  /** A chosen job checks a server name, which Istio's certificates do not carry. */
  | 'ServerNameSet'
  /** A job reads files named like Istio's in a directory that is neither legacy nor ours: it is left as it is. */
  | 'DirectoryNotListed'
  /** A job reads files that another volume than a Citadel secret holds: they are left as they are. */
  | 'FilesOfAnotherSource'
  /** A job that config.jobs names reads none of Istio's files: all of its files are replaced. */
  | 'FilesReplaced'
  /** key_file names one of Istio's certificate files. */
  | 'KeyFileIsCertificate'
  /** cert_file names the key. */
  | 'CertFileIsKey'
  /** cert_file names the root, which is not the certificate of the key. */
  | 'CertFileIsRoot'
  /** ca_file names the key. */
  | 'CaFileIsKey'
  /** The files of one job come from two directories. */
  | 'FilesInDifferentDirectories'
  /** cert_file without key_file, or the reverse; of a job that is left as it is: both are missing. */
  | 'ClientCertificateIncomplete'
  /** A job that is left as it is has no ca_file. */
  | 'CaFileMissing'
  /** A job that is left as it is checks host names, which Istio's certificates do not carry. */
  | 'SkipVerifyMissing';

/** Something that a person should know and that is not ours to change. */
export interface ConfigFinding {
  readonly code: ConfigFindingCode;
  /** For example `remote_write[0].tls_config.ca_file`. */
  readonly path: string;
  readonly job: string | undefined;
  readonly value: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Keys of a job's record: a field, or the whole `tls_config` where an alias was replaced or nothing was there. */
export type RecordKey = TlsField | 'tls_config';

/** The source text that was there, quotes included; null: it was absent. */
export type RecordedJob = Readonly<Partial<Record<RecordKey, string | null>>>;

/** What {@link restore} needs to undo: plain JSON, small enough for an annotation. */
export interface ConfigRecord {
  readonly version: 1;
  /** Every mountPath that was written, the newest first. */
  readonly mountPaths: readonly string[];
  /** Where a Citadel secret was mounted, beside the legacy directories that were listed: they stay legacy without it. */
  readonly legacyDirectories?: readonly string[];
  readonly jobs: Readonly<Record<string, RecordedJob>>;
}

export interface Rewritten {
  readonly kind: 'rewritten';
  /** The input itself where nothing differs. */
  readonly text: string;
  readonly edits: readonly TextEdit[];
  readonly jobs: readonly JobValues[];
  /** The names of all jobs of the file, chosen or not. */
  readonly allJobs: readonly string[];
  readonly needing: readonly NeedingJob[];
  /** Of each other job that reads files named like Istio's, wherever they are, one of them as it is written. */
  readonly elsewhere: readonly { readonly job: string; readonly file: string }[];
  /** Chosen jobs that carry the expected values in `text`, changed now or as desired before. */
  readonly rewrittenJobs: readonly string[];
  readonly skipped: readonly SkippedJob[];
  readonly findings: readonly ConfigFinding[];
  /** Only what this call changed; see mergeRecord for what to store. */
  readonly record: ConfigRecord;
  /** The patterns of `scrape_config_files`, as written. See matchScrapeConfigFiles. */
  readonly scrapeConfigFiles: readonly string[];
}

export type RewriteResult = { readonly kind: 'refused'; readonly refusal: ConfigRefusal } | Rewritten;
