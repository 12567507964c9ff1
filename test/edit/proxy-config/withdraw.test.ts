import { describe, expect, it } from 'vitest';
import { proxyConfigEditor } from '../../../src/edit/proxy-config/editor.ts';
import { FRESH, desired, merges, replacements } from './cases.ts';

describe('proxyConfigEditor.withdraw', () => {
  it.each([undefined, '', '\n'])('leaves %j', (text) => {
    expect(proxyConfigEditor.withdraw(text, desired)).toEqual({ kind: 'unchanged', text });
  });

  it('says that the annotation should go where nothing is left', () => {
    expect(proxyConfigEditor.withdraw(FRESH, desired)).toEqual({
      kind: 'changed',
      text: undefined,
      replaced: [],
    });
  });

  it.each(merges)('is the inverse of a merge that $name', ({ text, merged }) => {
    expect(proxyConfigEditor.withdraw(merged, desired)).toEqual({ kind: 'changed', text, replaced: [] });
  });

  it.each(replacements)('gives back $name, which the original had', ({ text, merged }) => {
    expect(proxyConfigEditor.withdraw(merged, desired, text)).toEqual({
      kind: 'changed',
      text,
      replaced: [],
    });
  });

  it.each([
    {
      name: 'what somebody added since',
      text: '# new\nproxyMetadata:\n  # ours\n  OUTPUT_CERTS: /etc/istio-output-certs\n  NEW: x\nholdApplicationUntilProxyStarts: true\nz: 1\n',
      left: '# new\nproxyMetadata:\n  # ours\n  NEW: x\nz: 1\n',
    },
    {
      name: 'a comment behind our value',
      text: 'proxyMetadata:\n  A: b\n  OUTPUT_CERTS: /etc/istio-output-certs   # why\n',
      left: 'proxyMetadata:\n  A: b\n  # why\n',
    },
    {
      name: 'a comment that is alone in proxyMetadata',
      text: 'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n\n  # A: b\nx: 1\n',
      left: 'proxyMetadata: {}\n\n  # A: b\nx: 1\n',
    },
    {
      name: 'a comment in front of our value',
      text: 'proxyMetadata: # c\n  # d\n  OUTPUT_CERTS: /etc/istio-output-certs\n',
      left: 'proxyMetadata: {} # c\n  # d\n',
    },
    {
      name: 'a value of another directory',
      text: 'proxyMetadata: {OUTPUT_CERTS: /other}\nholdApplicationUntilProxyStarts: true\n',
      left: 'proxyMetadata: {OUTPUT_CERTS: /other}\n',
    },
    {
      name: 'the last of a flow mapping',
      text: '{x: 1, proxyMetadata: {A: b , OUTPUT_CERTS: "/etc/istio-output-certs",}, }',
      left: '{x: 1, proxyMetadata: {A: b,}, }',
    },
    {
      name: 'a list of pairs in front of our entry, whose end its bracket shows',
      text: '{x: [a: b], holdApplicationUntilProxyStarts: true}',
      left: '{x: [a: b]}',
    },
    {
      name: 'a thousand blank lines with CRLF, each of which it passes once',
      text: `proxyMetadata:\r\n  OUTPUT_CERTS: /etc/istio-output-certs${'\r\n'.repeat(1000)}x: 1\r\n`,
      left: `${'\r\n'.repeat(999)}x: 1\r\n`,
    },
    {
      name: 'a block scalar in front of our last line without a newline',
      text: 'x: |\n  y\nholdApplicationUntilProxyStarts: true',
      left: 'x: |\n  y\n',
    },
  ])('keeps $name', ({ text, left }) => {
    expect(proxyConfigEditor.withdraw(text, desired)).toEqual({ kind: 'changed', text: left, replaced: [] });
  });

  it('restores the field that the original had, in a text that was edited since', () => {
    const original = 'holdApplicationUntilProxyStarts: off\nproxyMetadata:\n  OUTPUT_CERTS: "/old"\n';
    const merged = proxyConfigEditor.merge(original, desired);
    if (merged.kind !== 'changed') throw new Error(merged.kind);
    expect(proxyConfigEditor.withdraw(`# edited\n${merged.text}`, desired, original)).toEqual({
      kind: 'changed',
      text: `# edited\n${original}`,
      replaced: [],
    });
  });

  it('leaves a field that the original had with our value', () => {
    const original = 'holdApplicationUntilProxyStarts: true\n';
    expect(proxyConfigEditor.withdraw(`${FRESH}x: 1\n`, desired, original)).toEqual({
      kind: 'changed',
      text: 'holdApplicationUntilProxyStarts: true\nx: 1\n',
      replaced: [],
    });
  });

  it.each([
    { name: 'broken YAML', text: 'a: [', reason: /^line/ },
    {
      name: 'a flow comment between the entries',
      text: '{holdApplicationUntilProxyStarts: true, # c\n a: 1}',
      reason: /^line 1, column 2: .*by hand$/,
    },
    {
      name: 'our value as a block scalar',
      text: 'proxyMetadata:\n  A: b\n  OUTPUT_CERTS: >-\n    /etc/istio-output-certs\n',
      reason: /by hand$/,
    },
  ])('refuses $name', ({ text, reason }) => {
    expect(proxyConfigEditor.withdraw(text, desired)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});
