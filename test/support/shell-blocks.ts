// The shell blocks of a Markdown page, and what the comment before each says of running it: `<!-- run -->`, or
// `<!-- not run: the reason -->`.

export interface ShellBlock {
  /** `docs/install.md:27`, of the fence. */
  readonly where: string;
  readonly text: string;
  readonly mark: { readonly kind: 'run' } | { readonly kind: 'not run'; readonly why: string };
}

const MARK = /^<!-- (?:(run)|not run: (.+)) -->$/;

/** A fence of shell that the pages do not use: indented, in a quotation, or of another name, length or sign. */
const OTHER_FENCE = /^(?!```sh$)[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:sh|bash|shell|zsh)\b.*$/im;

/** Every `sh` block, in order. Throws for one without a mark, and for shell in another fence. */
export function shellBlocks(page: string, markdown: string): readonly ShellBlock[] {
  const other = OTHER_FENCE.exec(markdown);
  if (other !== null) {
    const line = markdown.slice(0, other.index).split('\n').length;
    throw new Error(`${page}:${line}: a shell block begins with \`\`\`sh at the start of a line`);
  }
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
