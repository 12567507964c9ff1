// The files that a prometheus.yaml names as certificates and keys: of chosen jobs, stale ones anywhere else,
// and one of each job that reads Istio's files elsewhere.
import type { Rewritten } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { absolutePath } from './paths.ts';

export interface NamedFile {
  /** `scrape_configs[kubernetes-pods]` for a job, else the whole path, `remote_write[0].tls_config.ca_file`. */
  readonly path: string;
  /** Absolute, inside the Prometheus container. */
  readonly file: string;
}

/** The files as the text named them before it was rewritten. Relative names start at `directory`. */
export function namedFiles(result: Rewritten, directory: string): readonly NamedFile[] {
  const found = new Map<string, NamedFile>();
  const add = (path: string, name: string): void => {
    const file = absolutePath(name, directory);
    if (file !== undefined) found.set(`${path} ${file}`, { path, file });
  };
  for (const { job, files } of result.jobs) for (const file of files) add(`scrape_configs[${job}]`, file);
  const own = new Set(
    result.jobs.flatMap(({ job }) =>
      FILE_FIELDS.map((field) => `scrape_configs[${job}].tls_config.${field}`),
    ),
  );
  for (const { code, path, value } of result.findings) {
    if (code === 'StalePath' && !own.has(path)) add(path, value);
  }
  for (const { job, file } of result.elsewhere) add(`scrape_configs[${job}]`, file);
  return [...found.values()];
}
