// The words that have gone: docs/design/glossary.md has those that are said for them.
import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** The words that have gone, and what is said for each. A name in camelCase is read word by word. */
const GONE: readonly (readonly [RegExp, string])[] = [
  [/\b(?:wish(?:es|ed)?|wanted)\b/g, 'desired'],
  [/\bleaf\b/g, 'field'],
  [/\bjudg(?:e[sd]?|e?ments?|ing)\b/g, 'evaluate, evaluation'],
  [/\b(?:tells?|told|untold|telling|tellers?|news)\b/g, 'report, record, emit, say; event'],
  [/\bput(?:s|ting)? right\b/g, 'correct, revert'],
  [/\b(?:mend(?:s|ed|ing)?|ways? out)\b/g, 'fix'],
  // A stand-in is one; "to stand" of an object is not.
  [/\b(?:stands?|stood|standing)\b(?![- ]?ins?\b)/g, 'exists, is set, is'],
  [/\bvisit(?:s|ed|ing)?\b/g, 'reconcile, reconciliation'],
  [/\b(?:an?|each|every|another|one|first|second|next|last) looks?\b/g, 'reconciliation, read'],
  [/\brights\b/g, 'permissions'],
  [/\b(?:strangers?|somebody(?: else)?'?s (?:pods?|workloads?))\b/g, "another workload's pods"],
];

/** Of a text, what has gone, as it is written there with the line and what to say. */
function goneIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/_/g, ' ')
      .toLowerCase();
    return GONE.flatMap(([pattern, say]) =>
      [...words.matchAll(pattern)].map(([found]) => `${index + 1}: "${found}", say: ${say}`),
    );
  });
}

/** Texts of others, and this one. */
const EXEMPT = new Set(['LICENSE', 'package-lock.json', 'test/house/words.test.ts']);
const FOLDERS_OF_OTHERS = new Set(['node_modules', 'fixtures', 'dist', 'coverage', '.git']);
/** A code that is planned as API, and a part of a message of Go's TLS. */
const QUOTED = /`LabelBorneByStranger`|but wanted to match/g;

function sources(): readonly string[] {
  return globSync('{**,.ci/**,.github/**}/*', {
    cwd: ROOT,
    exclude: (path) => FOLDERS_OF_OTHERS.has(basename(path)),
  }).filter((path) => !EXEMPT.has(path) && statSync(join(ROOT, path)).isFile());
}

describe('the words that have gone', () => {
  it('are in no name, comment, message, log line or page', () => {
    const files = sources();
    expect(files).toContain('src/plan/plan.ts');
    expect(files).toContain('.ci/run');
    const found = files.flatMap((path) =>
      goneIn(readFileSync(join(ROOT, path), 'utf8').replace(QUOTED, '')).map((what) => `${path}:${what}`),
    );
    expect(found).toEqual([]);
  });

  const rows: readonly (readonly [name: string, text: string, found: readonly string[]])[] = [
    ['a word of a comment', '// The leaf of it.', ['1: "leaf", say: field']],
    [
      'part of a name',
      'const wishedLabels = toldOnce;',
      ['1: "wished", say: desired', '1: "told", say: report, record, emit, say; event'],
    ],
    ['part of a constant', '\nNONE_JUDGED', ['2: "judged", say: evaluate, evaluation']],
    ['a phrase', 'It was put right.', ['1: "put right", say: correct, revert']],
  ];
  it.each(rows)('are found where they are %s', (_name, text, found) => {
    expect(goneIn(text)).toEqual(found);
  });

  it.each([
    'a stand-in for the kubelet',
    'STAND_IN',
    'the file leaves all else',
    'an understanding',
    'standard output',
    'what it looks like',
  ])('do not make "%s" one of them', (text) => {
    expect(goneIn(text)).toEqual([]);
  });
});
