import { describe, expect, it } from 'vitest';
import { userVolumeMountEditor } from '../../../src/edit/user-volume-mount/editor.ts';
import { FRESH, desired, merges, replacements } from './cases.ts';

const unchanged = [
  { name: 'its own fresh object', text: FRESH },
  {
    name: 'an entry with more in it',
    text: '[{"mountPath":"/etc/istio-output-certs","readOnly":false,"name":"istio-output-certs","mountPropagation":"None"}]',
  },
  {
    name: 'our volume mounted a second time elsewhere',
    text: '[{"name":"istio-output-certs","mountPath":"/x"},{"name":"istio-output-certs","mountPath":"/etc/istio-output-certs"}]',
  },
];

const refusals = [
  { name: 'text that is not JSON', text: "{'a': 1}", reason: /^it is not JSON \(.+\): fix it by hand$/ },
  { name: 'a trailing comma', text: '{"a":{"mountPath":"/a"},}', reason: /not JSON/ },
  { name: 'YAML', text: 'a:\n  mountPath: /a\n', reason: /not JSON/ },
  { name: 'a word', text: '"a"', reason: /^line 1, column 1: it must be a JSON object/ },
  { name: 'null', text: 'null', reason: /must be a JSON object/ },
  {
    name: 'a volume given twice',
    text: '{"a":{"mountPath":"/a"},\n "a":{"mountPath":"/b"}}',
    reason: /^line 2, column 2: key "a" is given twice: keep one$/,
  },
  {
    name: 'a field given twice, in other spelling',
    text: '[{"name":"a","mountPath":"/a","mount\\u0050ath":"/b"}]',
    reason: /^line 1, column 31: key "mountPath" is given twice/,
  },
  { name: 'an entry that is text', text: '{"a":"/a"}', reason: /^line 1, column 2: each entry must be/ },
  { name: 'an array entry without a name', text: '[{"mountPath":"/a"}]', reason: /has no name/ },
  { name: 'an entry whose name is a number', text: '{"a":{"name":1,"mountPath":"/a"}}', reason: /no name/ },
  { name: 'an entry without a path', text: '{"a":{}}', reason: /^line 1, column 2: a has no mountPath/ },
  {
    name: 'readOnly in quotes',
    text: '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs","readOnly":"true"}}',
    reason: /readOnly of istio-output-certs must be true or false/,
  },
  {
    name: 'another volume at our directory',
    text: '{"certs":{"mountPath":"/etc/istio-output-certs/"}}',
    reason:
      /^line 1, column 2: volume certs is mounted at .*only one of the two: set spec.certificates.outputDirectory to another directory, or move that mount$/,
  },
  {
    name: 'another volume at our directory beside ours',
    text: '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"},"z":{"mountPath":"/etc/istio-output-certs"}}',
    reason: /volume z is mounted/,
  },
  {
    name: 'several entries of our volume elsewhere',
    text: '[{"name":"istio-output-certs","mountPath":"/x"},{"name":"istio-output-certs","mountPath":"/y"}]',
    reason: /^line 1, column 49: volume istio-output-certs has several entries: keep one$/,
  },
  {
    name: 'our entry with a subPath',
    text: '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs","subPath":"x"}}',
    reason: /subPath of istio-output-certs would hide/,
  },
];

describe('userVolumeMountEditor.merge', () => {
  it.each([undefined, '', ' \n'])('writes a fresh object for %j', (text) => {
    expect(userVolumeMountEditor.merge(text, desired)).toEqual({
      kind: 'changed',
      text: FRESH,
      replaced: [],
    });
  });

  it.each(merges)('$name', ({ text, merged }) => {
    expect(userVolumeMountEditor.merge(text, desired)).toEqual({
      kind: 'changed',
      text: merged,
      replaced: [],
    });
  });

  it.each(replacements)('replaces $name and says what was there', ({ text, merged, replaced }) => {
    expect(userVolumeMountEditor.merge(text, desired)).toEqual({ kind: 'changed', text: merged, replaced });
  });

  it.each([...unchanged, ...merges.map(({ name, merged }) => ({ name, text: merged }))])(
    'leaves $name unchanged',
    ({ text }) => {
      expect(userVolumeMountEditor.merge(text, desired)).toEqual({ kind: 'unchanged', text });
    },
  );

  it.each(refusals)('refuses $name', ({ text, reason }) => {
    expect(userVolumeMountEditor.merge(text, desired)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});
