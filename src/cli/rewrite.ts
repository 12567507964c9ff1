// The verb `meshscrape rewrite`: reads a prometheus.yaml, prints the rewritten text or a diff. No cluster is touched.

/** What the verb reads and writes, so that tests need no process. */
export interface CliIo {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly readStdin: () => Promise<Uint8Array>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs the verb; `argv` is what follows the word `rewrite`. Gives the exit code. */
export function runRewrite(argv: readonly string[], io: CliIo): Promise<number> {
  void argv;
  io.stderr('not built yet\n');
  return Promise.resolve(2);
}
