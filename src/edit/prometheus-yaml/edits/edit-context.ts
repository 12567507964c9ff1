// What all jobs should become together: the state that the edits of one job are planned in.
import type { NodeId } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { ExpectedFields } from '../jobs/expected-values.ts';
import type { TlsField } from '../result.ts';

export interface EditContext {
  readonly config: ConfigReading;
  /** What is to be set in a job; every other field of it stays as it is. */
  readonly expectedOf: (job: JobReading) => ExpectedFields;
  readonly isDesired: (job: JobReading, field: TlsField, value: string | undefined) => boolean;
  /** The chosen jobs that are not refused so far, by their list items. */
  readonly open: ReadonlyMap<NodeId, JobReading>;
  /** From each open job's own tls_config mapping to the job. */
  readonly owners: ReadonlyMap<NodeId, JobReading>;
  /** Aliases that are going to be replaced by values of their own: they carry nothing any more. */
  readonly replacedAliases: ReadonlySet<NodeId>;
  /** Answers that were given before, since many jobs may ask about one anchor. */
  readonly answers: Map<string, boolean>;
}
