// How the demo prints: headings, a margin that holds a time or a word, colours on a terminal only.
import { styleText } from 'node:util';

import { wrapped } from './text.ts';

const WIDTH = 100;
const MARGIN = 12;

type Style = Parameters<typeof styleText>[0];

export class Output {
  readonly #write: (text: string) => void;
  readonly #colours: boolean;
  readonly #width: number;

  constructor(options: {
    readonly write: (text: string) => void;
    readonly colours: boolean;
    readonly columns?: number | undefined;
  }) {
    this.#write = options.write;
    this.#colours = options.colours;
    // A terminal that does not know its width says 0.
    const columns = options.columns === undefined || options.columns === 0 ? WIDTH : options.columns;
    this.#width = Math.max(60, Math.min(columns, WIDTH));
  }

  heading(text: string): void {
    this.#write(`\n${this.#styled('bold', text)}\n`);
  }

  gap(): void {
    this.#write('\n');
  }

  /** Plain text at the left edge. */
  text(text: string, style?: Style): void {
    for (const line of wrapped(text, this.#width)) this.#write(`${this.#styled(style, line)}\n`);
  }

  /** A word or a time in the margin, then a text that is wrapped beside it. */
  item(margin: string, text: string, style?: Style): void {
    this.lead(margin, { lead: '', rest: text }, style);
  }

  /** The same with the begin of the text set off; it must fit on the first line. */
  lead(
    margin: string,
    { lead, rest }: { readonly lead: string; readonly rest: string },
    style?: Style,
  ): void {
    wrapped(lead + rest, this.#width - MARGIN).forEach((line, index) => {
      const head = (index === 0 ? margin : '').padEnd(MARGIN - 2);
      const split = index === 0 ? lead.length : 0;
      const text = this.#styled('bold', line.slice(0, split)) + this.#styled(style, line.slice(split));
      this.#write(`  ${this.#styled('dim', head)}${text}\n`);
    });
  }

  /** Lines that are shown as they are. */
  verbatim(text: string, indent = 2): void {
    for (const line of text.trimEnd().split('\n')) this.#write(`${' '.repeat(indent)}${line}\n`);
  }

  /** The lines of a diff, below an item. */
  diff(lines: readonly string[]): void {
    const styles: Readonly<Record<string, Style>> = { '+': 'green', '-': 'red', '@': 'cyan' };
    for (const line of lines)
      this.#write(`${' '.repeat(MARGIN)}${this.#styled(styles[line[0] ?? ''], line)}\n`);
  }

  #styled(style: Style | undefined, text: string): string {
    return style === undefined || text === '' || !this.#colours
      ? text
      : styleText(style, text, { validateStream: false });
  }
}
