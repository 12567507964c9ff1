import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../src/edit/prometheus-yaml/document/parse.ts';

/** `Code line:column: message`, or `read`. */
function outcome(text: string): string {
  const parsed = parseYaml(text);
  if (parsed.kind === 'tree') return 'read';
  const { code, line, column, message } = parsed.refusal;
  return `${code} ${line}:${column}: ${message}`;
}

const AMBIGUOUS =
  'Inside brackets this unquoted text holds a ? or : that Prometheus reads in another way than others do.';

describe('parse', () => {
  it.each([
    { name: 'a byte order mark at the start', text: '\ufeffa: b\n' },
    { name: 'tabs, line breaks and wide characters', text: 'a: b\t\r\n"🦀\u00a0": c\n' },
    { name: 'what follows the first document, whatever it is', text: 'a: b\n---\n\u0007%\n' },
    { name: 'the directive %YAML 1.1', text: '%YAML 1.1\n---\na: b\n' },
    { name: 'that directive with blanks and a comment', text: '# c\n%YAML\t 1.1 \t# d\n---\na: b\n' },
    { name: 'anchors of letters, digits, - and _', text: 'a: &Az_09-z b\nc: *Az_09-z\n' },
    { name: 'a tag before a blank', text: 'a: {b: !x c}\n' },
    { name: 'a tag before a line break', text: 'a: !x\n  b: c\n' },
    { name: 'a tag at the end of the text', text: 'a: !x' },
    { name: 'colons and question marks outside of brackets', text: 'a: b?c:d\ne: :f\n' },
    { name: 'colons in quotes inside of brackets', text: 'a: [":b", "c?", {d: "e:"}]\n' },
    { name: 'colons within a word inside of brackets', text: 'a: [http://b:1/c, d:e]\n' },
    { name: 'colons behind brackets', text: 'a: [b]\nc: :d\n' },
    { name: 'colons behind nested brackets', text: 'a: {b: [c]}\nc: d?e\n' },
    { name: 'sixty-four levels', text: `a: ${'['.repeat(63)}${']'.repeat(63)}\n` },
    { name: 'fifty thousand aliases', text: `a: &a b\nc: [${'*a, '.repeat(50_000)}]\n` },
  ])('reads $name', ({ text }) => {
    expect(outcome(text)).toBe('read');
  });

  it.each([
    {
      name: 'a second byte order mark',
      text: '\ufeff\ufeffa: b\n',
      why: 'UnsupportedCharacter 1:1: This is the character U+FEFF; Prometheus rejects it or reads it as a line break.',
    },
    {
      name: 'a control character, with four digits',
      text: 'a: \u0007\n',
      why: 'UnsupportedCharacter 1:4: This is the character U+0007; Prometheus rejects it or reads it as a line break.',
    },
    {
      name: 'half of a surrogate pair behind a whole one',
      text: '# 🦀\na: \udc00\n',
      why: 'UnsupportedCharacter 2:4: This is half of a surrogate pair, which no UTF-8 file can hold.',
    },
    {
      name: 'another version',
      text: '%YAML 1.2\n---\na: b\n',
      why: 'UnsupportedDirective 1:1: Only the directive %YAML 1.1 is understood, not "%YAML 1.2".',
    },
    {
      name: 'a version that goes on',
      text: '%YAML 1.1#\n---\na: b\n',
      why: 'UnsupportedDirective 1:1: Only the directive %YAML 1.1 is understood, not "%YAML 1.1#".',
    },
    {
      name: 'a long directive, which it cuts',
      text: `%${'x'.repeat(100)}\n---\na: b\n`,
      why: `UnsupportedDirective 1:1: Only the directive %YAML 1.1 is understood, not "%${'x'.repeat(59)}".`,
    },
    {
      name: 'a tag that runs into a comma',
      text: 'a: [!x,b]\n',
      why: 'Unparsable 1:5: Prometheus reads another tag here than !x.',
    },
    {
      name: 'an anchor with a dot',
      text: 'a: &b.c d\n',
      why: 'Unparsable 1:4: The anchor or alias name "b.c" is not one that Prometheus accepts.',
    },
    {
      name: 'an anchor of a collection with a dot',
      text: 'a: &b.c {}\n',
      why: 'Unparsable 1:4: The anchor or alias name "b.c" is not one that Prometheus accepts.',
    },
    {
      name: 'an alias that runs into a colon',
      text: 'a: &b c\nd: *b:\n',
      why: 'Unparsable 2:4: The anchor or alias name "b:" is not one that Prometheus accepts.',
    },
    {
      name: 'an alias without an anchor',
      text: 'a: [b, *c]\n',
      why: 'Unparsable 1:8: The alias *c has no anchor before it.',
    },
    {
      name: 'an alias before its anchor',
      text: 'a: *b\nc: &b d\n',
      why: 'Unparsable 1:4: The alias *b has no anchor before it.',
    },
    {
      name: 'the first of several problems',
      text: 'a: b\nc: *d\ne: [f?]\n',
      why: 'Unparsable 2:4: The alias *d has no anchor before it.',
    },
    { name: 'a question mark inside of brackets', text: 'a: [b?c]\n', why: `Unparsable 1:5: ${AMBIGUOUS}` },
    {
      name: 'a colon in front inside of brackets',
      text: 'a: {b: :c}\n',
      why: `Unparsable 1:8: ${AMBIGUOUS}`,
    },
    { name: 'a colon before a comma', text: 'a: [b:, c]\n', why: `Unparsable 1:5: ${AMBIGUOUS}` },
    { name: 'a colon before a bracket', text: 'a: {b:}\n', why: `Unparsable 1:5: ${AMBIGUOUS}` },
    {
      name: 'a question mark behind brackets inside of brackets',
      text: 'a: [[b], c?]\n',
      why: `Unparsable 1:10: ${AMBIGUOUS}`,
    },
    {
      name: 'one alias more than fifty thousand',
      text: `a: &a b\nc:\n- *a\n- [${'*a, '.repeat(50_000)}]\n`,
      why: 'TooManyAliases 4:200000: The document has more than 50000 aliases.',
    },
    {
      name: 'one level more than sixty-four',
      text: `a: ${'['.repeat(64)}${']'.repeat(64)}\n`,
      why: 'TooDeep 1:67: Lists and mappings are nested deeper than 64 levels.',
    },
  ])('refuses $name', ({ text, why }) => {
    expect(outcome(text)).toBe(why);
  });

  it('says what js-yaml says of a text that is not YAML', () => {
    expect(outcome('a: "b\n')).toMatch(/^Unparsable 2:1: The text cannot be parsed: [^.]+\.$/);
  });
});
