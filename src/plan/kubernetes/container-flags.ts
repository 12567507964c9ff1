// Flags in a container's command and arguments, as `--flag=value` or `--flag value`.
import type { Container } from '../../api/kubernetes.ts';

/** The value of the first of these flags; `undefined` where none is given. */
export function flagOf(container: Container, names: readonly string[]): string | undefined {
  const words = wordsOf(container);
  for (const [index, word] of words.entries()) {
    for (const name of names) {
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (word === name) return words[index + 1];
    }
  }
  return undefined;
}

/** True if the flag is given with a value or alone, and is not switched off. */
export function hasFlag(container: Container, name: string): boolean {
  return wordsOf(container).some(
    (word) => word === name || (word.startsWith(`${name}=`) && word !== `${name}=false`),
  );
}

/** True if some word mentions the text, though perhaps not as a flag of its own: inside the command of a shell. */
export function mentions(container: Container, text: string): boolean {
  return wordsOf(container).some((word) => word.includes(text));
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'busybox']);

/** True if what runs is the script of a shell, so that flags need not be words of their own. */
export function runsShell(container: Container): boolean {
  const [program = ''] = wordsOf(container);
  return SHELLS.has(program.slice(program.lastIndexOf('/') + 1));
}

/** What is run: the command, then its arguments. */
export function wordsOf({ command = [], args = [] }: Container): readonly string[] {
  return [...command, ...args];
}
