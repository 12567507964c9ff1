// Where the first document of a YAML stream ends. Prometheus reads that one and ignores all that follows, even garbage.

import { lineEnd } from '../../text/lines.ts';

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

/**
 * The offset where the first document's text ends: at the second `---`, or at the first `...`, at the start of a
 * line and followed by a blank. At that place a marker is a marker whatever surrounds it: block scalars
 * are indented by at least one column, and inside quotes or brackets a YAML 1.1 parser rejects it. So cutting there
 * can only turn rejected text into other rejected text. `\r` alone ends a line too.
 */
export function endOfFirstDocument(text: string): number {
  MARKER.lastIndex = 0;
  let opened = false;
  for (let match = MARKER.exec(text); match !== null; match = MARKER.exec(text)) {
    const at = match.index;
    if (match[0] === '...') return at;
    if (opened || !isPrologue(text, at)) return at;
    opened = true;
  }
  return text.length;
}

/** Whether nothing but blank lines, comments and directives is before `end`. */
function isPrologue(text: string, end: number): boolean {
  let start = text.startsWith('\ufeff') ? 1 : 0;
  while (start < end) {
    const stop = lineEnd(text, start);
    if (!/^(?:[ \t]*(?:#.*)?|%.*)$/.test(text.slice(start, Math.min(stop, end)))) return false;
    start = stop + 1;
  }
  return true;
}

/** The directive lines before the first `---`, with their offsets. */
export function directivesOf(document: string): readonly { readonly at: number; readonly line: string }[] {
  const directives: { at: number; line: string }[] = [];
  let start = document.startsWith('\ufeff') ? 1 : 0;
  while (start < document.length) {
    const stop = lineEnd(document, start);
    const line = document.slice(start, stop);
    if (line.startsWith('%')) directives.push({ at: start, line });
    else if (!/^[ \t]*(?:#.*)?$/.test(line)) break;
    start = stop + 1;
  }
  return directives;
}
