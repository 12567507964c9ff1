// The files that a prometheus.yaml names as certificates and keys: of chosen jobs, stale ones anywhere else,
// and one of each job that reads Istio's files elsewhere.
import type { Rewritten } from '../result.ts';
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
  for (const { job, values } of result.jobs) {
    for (const { field, actual } of values) {
      if (field !== 'insecure_skip_verify' && actual !== undefined) add(`scrape_configs[${job}]`, actual);
    }
  }
  const own = new Set(result.jobs.flatMap(({ values }) => values.map(({ path }) => path)));
  for (const { code, path, value, job = '' } of result.findings) {
    if (code === 'StalePath' && !own.has(path)) add(path, value);
    if (code === 'DirectoryNotListed') add(`scrape_configs[${job}]`, value);
  }
  return [...found.values()];
}
