import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { proxyConfigEditor } from '../../../src/edit/proxy-config/editor.ts';
import { FRESH, desired, merges, refusalsOfGo, replacements } from './cases.ts';

const unchanged = [
  { name: 'its own fresh document', text: FRESH },
  { name: 'any spelling of true', text: FRESH.replace('true', 'Yes') },
  {
    name: 'JSON',
    text: '{"proxyMetadata":{"OUTPUT_CERTS":"/etc/istio-output-certs"},"holdApplicationUntilProxyStarts":true}',
  },
  { name: 'a folded directory', text: FRESH.replace('/etc', '>-\n    /etc') },
  { name: 'a misspelt name beside the right one', text: `${FRESH}proxyMetaData: {A: b}\n` },
];

const refusals = [
  ...refusalsOfGo,
  {
    name: 'text that does not parse',
    text: 'a: 1\nb: "x\n',
    reason: /^line \d+, column \d+: .*fix it by hand$/,
  },
  { name: 'tabs as indentation', text: 'a:\n\tb: 1\n', reason: /^line 2, column 1: tab characters/ },
  { name: 'a list', text: '- a\n', reason: /not a mapping/ },
  { name: 'a word', text: 'hello', reason: /not a mapping/ },
  { name: 'several documents', text: 'a: 1\n---\nb: 2\n', reason: /several YAML documents/ },
  { name: 'a directive', text: '%YAML 1.2\n---\na: 1\n', reason: /directive/ },
  { name: 'a key given twice', text: 'a: 1\n"a": 2\n', reason: /^line 2, column 2: duplicated mapping key/ },
  {
    name: 'one field in both spellings',
    text: 'proxyMetadata: {A: b}\nproxy_metadata: {C: d}\n',
    reason: /^line 2, column 1: .*given twice/,
  },
  {
    name: 'an anchored document',
    text: '&a\nb: 1\n',
    reason: /^line 1, column 1: the document carries an anchor/,
  },
  { name: 'an anchored proxyMetadata', text: 'proxyMetadata: &a {A: b}\n', reason: /anchor/ },
  {
    name: 'an alias for proxyMetadata',
    text: 'a: &a {A: b}\nproxyMetadata: *a\n',
    reason: /^line 2, column 1: .*alias/,
  },
  {
    name: 'a merge key in proxyMetadata',
    text: 'a: &a {A: b}\nproxyMetadata:\n  <<: *a\n',
    reason: /^line 3, column 3: .*merge key/,
  },
  { name: 'a merge key at the root', text: 'a: &a {A: b}\n<<: *a\n', reason: /merge key/ },
  { name: 'a tagged value', text: 'holdApplicationUntilProxyStarts: !!bool false\n', reason: /tag/ },
  { name: 'an unknown tag', text: 'a: !b c\n', reason: /unknown/ },
  {
    name: 'proxyMetadata as a list',
    text: 'proxyMetadata: [a]\n',
    reason: /^line 1, column 16: proxyMetadata is not a mapping/,
  },
  { name: 'proxyMetadata without a value', text: 'proxyMetadata:\n', reason: /not a mapping/ },
  {
    name: 'OUTPUT_CERTS as a number',
    text: 'proxyMetadata:\n  OUTPUT_CERTS: 0o17\n',
    reason: /^line 2, column 3: proxyMetadata.OUTPUT_CERTS is not a string/,
  },
  { name: 'OUTPUT_CERTS without a value', text: 'proxyMetadata:\n  OUTPUT_CERTS:\n', reason: /not a string/ },
  {
    name: 'another metadata value that is no string',
    text: 'proxyMetadata:\n  DNS: yes\n',
    reason: /^line 2, column 3: proxyMetadata.DNS is not a string, .*quotes$/,
  },
  { name: 'hold in quotes', text: 'holdApplicationUntilProxyStarts: "true"\n', reason: /without quotes/ },
  { name: 'hold without a value', text: 'holdApplicationUntilProxyStarts:\n', reason: /by hand$/ },
  {
    name: 'the misspelt proxyMetaData',
    text: 'a: 1\nproxyMetaData: {A: b}\n',
    reason:
      /^line 2, column 1: proxyMetaData is a name that Istio ignores in silence: spell it proxyMetadata$/,
  },
  {
    name: 'a misspelt hold',
    text: 'holdApplicationUntilProxystarts: true\n',
    reason: /spell it holdApplicationUntilProxyStarts/,
  },
  {
    name: 'another directory as a block scalar',
    text: 'proxyMetadata:\n  OUTPUT_CERTS: |\n    /x\n',
    reason: /by hand$/,
  },
  { name: 'an explicit key', text: '? proxyMetadata\n: A: b\n', reason: /on a line of its own/ },
];

describe('proxyConfigEditor.merge', () => {
  it.each([undefined, '', ' \n'])('writes a fresh document for %j', (text) => {
    expect(proxyConfigEditor.merge(text, desired)).toEqual({ kind: 'changed', text: FRESH, replaced: [] });
  });

  it.each(merges)('$name', ({ text, merged }) => {
    expect(proxyConfigEditor.merge(text, desired)).toEqual({ kind: 'changed', text: merged, replaced: [] });
  });

  it.each(replacements)('replaces $name and says what was there', ({ text, merged, replaced }) => {
    expect(proxyConfigEditor.merge(text, desired)).toEqual({ kind: 'changed', text: merged, replaced });
  });

  it.each([...unchanged, ...merges.map(({ name, merged }) => ({ name, text: merged }))])(
    'leaves $name unchanged',
    ({ text }) => {
      expect(proxyConfigEditor.merge(text, desired)).toEqual({ kind: 'unchanged', text });
    },
  );

  it.each(refusals)('refuses $name', ({ text, reason }) => {
    expect(proxyConfigEditor.merge(text, desired)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });

  it('quotes a directory that would not be a plain string', () => {
    const outputDirectory = '/a b: #"c';
    const merged = proxyConfigEditor.merge('x: 1', { outputDirectory });
    expect(merged.kind === 'changed' && load(merged.text)).toEqual({
      x: 1,
      proxyMetadata: { OUTPUT_CERTS: outputDirectory },
      holdApplicationUntilProxyStarts: true,
    });
  });
});
