// Text to tree, or the reason why the whole file is refused. What js-yaml and Prometheus's YAML 1.1 parser could
// read differently is refused here, so that every later step may trust the tree.
import { YAMLException } from 'js-yaml';
import { indexLines } from '../../text/lines.ts';
import { buildTree } from '../../text/yaml/build-tree.ts';
import type { Tree } from '../../text/yaml/tree.ts';
import type { ConfigRefusal } from '../result.ts';
import { checkNodes } from './check-nodes.ts';
import { directivesOf, endOfFirstDocument } from './first-document.ts';
import { ParseRefusal } from './parse-refusal.ts';
import { MAX_YAML_DEPTH, parseUnindented } from './unindented.ts';

/** Prometheus rejects all of these but the line breaks of Unicode, which its parser takes for real line breaks. */
const REFUSED_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

export type Parsed =
  | { readonly kind: 'tree'; readonly tree: Tree }
  | { readonly kind: 'refused'; readonly refusal: ConfigRefusal };

/** Parses the first document of `text`. Never throws for any text. */
export function parseYaml(text: string): Parsed {
  try {
    return { kind: 'tree', tree: parseDocument(text) };
  } catch (error) {
    if (!(error instanceof ParseRefusal)) throw error;
    const { line, column } = indexLines(text)(error.at);
    return {
      kind: 'refused',
      refusal: { code: error.code, message: error.message, fix: error.fix, line, column },
    };
  }
}

function parseDocument(text: string): Tree {
  const source = text.slice(0, endOfFirstDocument(text));
  checkCharacters(source);
  checkDirectives(source);
  return parseTree(source);
}

function checkCharacters(source: string): void {
  REFUSED_CHARACTER.lastIndex = source.startsWith('\ufeff') ? 1 : 0;
  const match = REFUSED_CHARACTER.exec(source);
  if (match !== null) {
    const code = match[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new ParseRefusal('UnsupportedCharacter', match.index, {
      message: `This is the character U+${code.toUpperCase()}; Prometheus rejects it or reads it as a line break.`,
      fix: 'Remove the character, or write it as an escape in double quotes.',
    });
  }
  if (!source.isWellFormed()) {
    throw new ParseRefusal('UnsupportedCharacter', Math.max(source.search(/\p{Cs}/u), 0), {
      message: 'This is half of a surrogate pair, which no UTF-8 file can hold.',
      fix: 'Save the file as UTF-8.',
    });
  }
}

function checkDirectives(source: string): void {
  for (const { at, line } of directivesOf(source)) {
    if (/^%YAML[ \t]+1\.1[ \t]*(?:[ \t]#.*)?$/.test(line)) continue;
    throw new ParseRefusal('UnsupportedDirective', at, {
      message: `Only the directive %YAML 1.1 is understood, not ${JSON.stringify(line.slice(0, 60))}.`,
      fix: 'Remove the line; Prometheus needs no directive.',
    });
  }
}

function parseTree(source: string): Tree {
  try {
    return parseUnindented(source, (events) => checkNodes(buildTree(source, events)));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    if (error.reason.includes('maxDepth')) {
      throw new ParseRefusal('TooDeep', at, {
        message: `Lists and mappings are nested deeper than ${String(MAX_YAML_DEPTH)} levels.`,
        fix: 'Check the brackets and the indentation here; no Prometheus configuration needs that many levels.',
      });
    }
    throw new ParseRefusal('Unparsable', at, {
      message: `The text cannot be parsed: ${error.reason}.`,
      fix: 'Run `promtool check config --syntax-only` on it. If Prometheus accepts it, write this place more plainly.',
    });
  }
}
