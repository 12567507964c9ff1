// The shell blocks of a Markdown page, and what the comment before each says of running it: `<!-- run -->`, or
// `<!-- not run: the reason -->`.

export interface ShellBlock {
  /** `docs/install.md:27`, of the fence. */
  readonly where: string;
  readonly text: string;
  readonly mark: { readonly kind: 'run' } | { readonly kind: 'not run'; readonly why: string };
}

const MARK = /^<!-- (?:(run)|not run: (.+)) -->$/;

/** Every `sh` block, in order. Throws for one without a mark. */
export function shellBlocks(page: string, markdown: string): readonly ShellBlock[] {
  return [...markdown.matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => {
    const before = markdown.slice(0, match.index).trimEnd().split('\n');
    const fenceLine = markdown.slice(0, match.index).split('\n').length;
    const where = `${page}:${fenceLine}`;
    const [, run, why] = MARK.exec(before.at(-1) ?? '') ?? [];
    if (run === undefined && why === undefined) {
      throw new Error(`${where}: a shell block without <!-- run --> or <!-- not run: why --> before it`);
    }
    return {
      where,
      text: match[1] ?? '',
      mark: why === undefined ? { kind: 'run' } : { kind: 'not run', why },
    };
  });
}
