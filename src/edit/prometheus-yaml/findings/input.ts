// What findings are made from: the read configuration, the request and the chosen jobs.
import type { Locate } from '../../text/lines.ts';
import type { NodeId } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { RewriteRequest } from '../result.ts';

export interface FindingInput {
  readonly config: ConfigReading;
  readonly locate: Locate;
  readonly request: RewriteRequest;
  readonly chosen: readonly JobReading[];
  /** Values that are as desired in the result: a path there is no longer stale. */
  readonly settled: ReadonlySet<NodeId>;
}
