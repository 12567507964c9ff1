import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { proxyConfigEditor } from '../../../src/edit/proxy-config/editor.ts';
import { readProxyConfig } from '../../../src/edit/proxy-config/read.ts';
import { SEED } from '../seed.ts';
import { desired } from './cases.ts';

describe(`proxyConfigEditor, on generated documents (seed ${SEED})`, () => {
  it('keeps every foreign field and byte, and withdraws what it merged', () => {
    fc.assert(
      fc.property(generatedDocument(), (text) => {
        const before: unknown = load(text);
        const merged = proxyConfigEditor.merge(text, desired);
        if (merged.kind !== 'changed') throw new Error(JSON.stringify(merged));
        expect(foreign(load(merged.text))).toEqual(foreign(before));
        expect(readProxyConfig(merged.text)).toMatchObject({
          outputCerts: desired.outputDirectory,
          holdApplicationUntilProxyStarts: true,
        });
        expect(isSubsequence(text, merged.text)).toBe(true);
        expect(proxyConfigEditor.merge(merged.text, desired).kind).toBe('unchanged');
        expect(proxyConfigEditor.withdraw(merged.text, desired)).toEqual({
          kind: 'changed',
          text,
          replaced: [],
        });
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('answers any text without throwing, and never breaks what parsed', () => {
    const pieces = [
      'proxyMetadata',
      'OUTPUT_CERTS',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '#',
      '&a',
      '*a',
      '!!str',
      '<<',
      '|',
      '>-',
      '/x',
      'true',
      '---',
      '...',
      '?',
      '\t',
      '\r\n',
      'holdApplicationUntilProxyStarts',
      '\uFEFF',
      '😀',
      'x',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        const merged = proxyConfigEditor.merge(text, desired);
        if (merged.kind === 'refused') expect(merged.reason.length).toBeGreaterThan(10);
        else expect(readProxyConfig(merged.text)).toMatchObject({ outputCerts: desired.outputDirectory });
        expect(['unchanged', 'changed', 'refused']).toContain(proxyConfigEditor.withdraw(text, desired).kind);
      }),
      { seed: SEED, numRuns: 1500 },
    );
  });
});

function foreign(value: unknown): unknown {
  const fields = Object.entries(value as Record<string, unknown>);
  return fields.flatMap(([key, field]) => {
    if (key === 'holdApplicationUntilProxyStarts') return [];
    if (key !== 'proxyMetadata') return [[key, field]];
    const others = Object.entries(field as object).filter(([name]) => name !== 'OUTPUT_CERTS');
    return others.length === 0 ? [] : [[key, others]];
  });
}

function isSubsequence(inner: string, outer: string): boolean {
  let at = 0;
  for (const character of outer) if (inner.startsWith(character, at)) at += character.length;
  return at === inner.length;
}

/** Documents with neither field, in block or flow style, with comments, quoting, both line endings and no end of line. */
function generatedDocument(): fc.Arbitrary<string> {
  const word = fc.constantFrom(
    'a',
    '"b: #c"',
    "'d''e'",
    '/f/g',
    '1_000',
    'yes',
    '"😀"',
    '{x: 1, y: [2]}',
    '[]',
    '~',
  );
  const text = fc.constantFrom('"true"', "'x'", 'plain words', '"#"', '/dir', '"a\\nb"');
  const name = fc.constantFrom('concurrency', '"tracing"', "'image'", 'drainDuration', 'k8s', 'proxyHeaders');
  const comment = fc.constantFrom('', '', ' # note', '   # a: b');
  const between = fc.constantFrom('', '', '# comment\n', '\n', '  # deeper\n');
  const metadata = fc.uniqueArray(fc.tuple(fc.constantFrom('A', '"B"', 'C_D'), text), {
    maxLength: 3,
    selector: ([key]) => key,
  });
  const fields = fc.uniqueArray(fc.tuple(name, word, comment, between), {
    minLength: 1,
    maxLength: 4,
    selector: ([key]) => key,
  });
  const shape = fc.record({
    fields,
    metadata,
    comment,
    between,
    style: fc.nat(3),
    at: fc.nat(4),
    indent: fc.nat(3),
    end: fc.nat(2),
    eol: fc.constantFrom('\n', '\r\n'),
  });
  return shape.map((s) => {
    const flowMetadata = `{${s.metadata.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
    if (s.style === 0) {
      const parts = s.fields.map(([key, value]) => `${key}: ${value}`);
      if (s.metadata.length > 0) parts.splice(s.at, 0, `proxyMetadata: ${flowMetadata}`);
      const gap = ['', ' ', '\n', '\n  '][s.indent] ?? '';
      return finish(`{${gap}${parts.join(`,${gap === '' ? ' ' : gap}`)}${gap.trimEnd()}}`, s);
    }
    const blocks = s.fields.map(([key, value, comments, above]) => `${above}${key}: ${value}${comments}\n`);
    const child = ' '.repeat(s.indent + 1);
    const lines = s.metadata.map(([key, value]) => `${child}${key}: ${value}${s.comment}\n`).join('');
    const flow = s.style === 1 || s.metadata.length === 0;
    if (s.style < 3)
      blocks.splice(
        s.at,
        0,
        flow ? `proxyMetadata: ${flowMetadata}\n` : `proxyMetadata:${s.comment}\n${s.between}${lines}`,
      );
    return finish(blocks.join(''), s);
  });
}

function finish(text: string, { end, eol }: { readonly end: number; readonly eol: string }): string {
  const ended = end === 0 ? text.trimEnd() : end === 1 ? `${text.trimEnd()}\n` : `${text.trimEnd()}\n# end\n`;
  return ended.replaceAll('\n', eol);
}
