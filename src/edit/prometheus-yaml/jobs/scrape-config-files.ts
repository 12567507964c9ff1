// Which files of `scrape_config_files` are keys of the ConfigMap that the caller may edit.
import { absolutePath } from './paths.ts';

export interface ScrapeConfigFileMatch {
  /** Keys of the ConfigMap that a pattern matches, sorted. */
  readonly inside: readonly string[];
  /** Patterns that may match files elsewhere: these jobs cannot be seen. */
  readonly outside: readonly string[];
}

/**
 * Matches the patterns (Go's filepath.Glob, as Prometheus does; relative ones resolved against `mountDirectory`)
 * with the keys that are mounted as files in `mountDirectory`. A pattern may be both: partly inside, perhaps outside.
 */
export function matchScrapeConfigFiles(
  patterns: readonly string[],
  mountDirectory: string,
  keys: readonly string[],
): ScrapeConfigFileMatch {
  const inside = new Set<string>();
  const outside: string[] = [];
  const mount = parts(absolutePath(mountDirectory, undefined) ?? '/');
  for (const pattern of patterns) {
    const steps = parts(absolutePath(pattern, mountDirectory) ?? pattern);
    const base = steps.pop() ?? '';
    // A ConfigMap volume shows each key a second time, through its link ..data.
    if (steps.length === mount.length + 1 && steps.at(-1) === '..data') steps.pop();
    const reaches =
      steps.length === mount.length && steps.every((step, index) => matchesPath(step, mount[index] ?? ''));
    if (reaches) for (const key of keys) if (matchesPath(base, key)) inside.add(key);
    if (!reaches || steps.some((step) => /[*?[\\]/.test(step))) outside.push(pattern);
  }
  return { inside: [...inside].sort(), outside };
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

/** Go's filepath.Match on one path element: `*`, `?`, `[a-z]`, `[^x]`, and `\` that takes the next one as it is. */
function matchesPath(pattern: string, name: string): boolean {
  const tokens = tokensOf(pattern);
  if (tokens === undefined) return false;
  const text = Array.from(name);
  let reached = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    if (token.kind === 'run') {
      for (let at = Math.min(...reached); at <= text.length; at += 1) next.add(at);
    } else {
      for (const at of reached) if (at < text.length && token.matches(text[at] ?? '')) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(text.length);
}

type Token = { readonly kind: 'run' } | { readonly kind: 'one'; readonly matches: (char: string) => boolean };

/** undefined: the pattern is malformed, and Prometheus rejects it. */
function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const whole = /\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|[^*?[\\]/suy;
  for (let at = 0; at < pattern.length; at = whole.lastIndex) {
    whole.lastIndex = at;
    const match = whole.exec(pattern);
    if (match === null) return undefined;
    const [text, negation, ranges, escaped] = match;
    if (text === '*') tokens.push({ kind: 'run' });
    else if (text === '?') tokens.push({ kind: 'one', matches: () => true });
    else if (ranges === undefined)
      tokens.push({ kind: 'one', matches: (char) => char === (escaped ?? text) });
    else {
      const inRange = rangeTest(ranges);
      tokens.push({ kind: 'one', matches: (char) => inRange(char) !== (negation === '^') });
    }
  }
  return tokens;
}

function rangeTest(ranges: string): (char: string) => boolean {
  const bounds: (readonly [number, number])[] = [];
  for (const [, low = '', high = low] of ranges.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gsu)) {
    bounds.push([codeOf(low), codeOf(high)]);
  }
  return (char) => bounds.some(([low, high]) => codeOf(char) >= low && codeOf(char) <= high);
}

function codeOf(char: string): number {
  return (char.length > 1 && char.startsWith('\\') ? char.slice(1) : char).codePointAt(0) ?? 0;
}
