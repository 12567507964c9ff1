// What findings are made from: the read configuration, the request and its jobs.
import type { Locate } from '../../text/lines.ts';
import type { NodeId } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { EvaluatedJob } from '../jobs/choose.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { RewriteRequest } from '../result.ts';

export interface FindingInput {
  readonly config: ConfigReading;
  readonly locate: Locate;
  readonly request: RewriteRequest;
  /** Every job of the file. */
  readonly jobs: readonly EvaluatedJob[];
  /** The chosen jobs that are as desired in the result. */
  readonly done: ReadonlySet<JobReading>;
  /** Values that are as desired in the result: a path there is no longer stale. */
  readonly settled: ReadonlySet<NodeId>;
}
