import { describe, expect, it } from 'vitest';
import { userVolumeMountEditor } from '../../../src/edit/user-volume-mount/editor.ts';
import { FRESH, desired, merges, replacements } from './cases.ts';

describe('userVolumeMountEditor.withdraw', () => {
  it.each([undefined, '', '{}', '{"a":{"mountPath":"/a"}}', '{"istio-output-certs":{"mountPath":"/x"}}'])(
    'leaves %j',
    (text) => {
      expect(userVolumeMountEditor.withdraw(text, desired)).toEqual({ kind: 'unchanged', text });
    },
  );

  it('says that the annotation should go where nothing is left', () => {
    expect(userVolumeMountEditor.withdraw(FRESH, desired)).toEqual({
      kind: 'changed',
      text: undefined,
      replaced: [],
    });
  });

  it.each(merges)('is the inverse of a merge that $name', ({ text, merged }) => {
    expect(userVolumeMountEditor.withdraw(merged, desired)).toEqual({ kind: 'changed', text, replaced: [] });
  });

  it.each(replacements)('gives back $name, which the original had', ({ text, merged }) => {
    expect(userVolumeMountEditor.withdraw(merged, desired, text)).toEqual({
      kind: 'changed',
      text,
      replaced: [],
    });
  });

  it.each([
    {
      name: 'a first entry of ours',
      text: '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}, "a":{"mountPath":"/a"}}',
      left: '{"a":{"mountPath":"/a"}}',
    },
    {
      name: 'an entry of ours between two, with what somebody added to it',
      text: '[ {"name":"a","mountPath":"/a"}, {"name":"istio-output-certs","mountPropagation":"None","mountPath":"/etc/istio-output-certs"}, {"name":"b","mountPath":"/b"} ]',
      left: '[ {"name":"a","mountPath":"/a"}, {"name":"b","mountPath":"/b"} ]',
    },
  ])('takes out $name', ({ text, left }) => {
    expect(userVolumeMountEditor.withdraw(text, desired)).toEqual({
      kind: 'changed',
      text: left,
      replaced: [],
    });
  });

  it('restores the original path and the lock in a text that was edited since', () => {
    const original = '{"istio-output-certs":{"mountPath":"/old","readOnly":true}}';
    const text =
      '{"new":{"mountPath":"/n"},"istio-output-certs":{"mountPath":"/etc/istio-output-certs","readOnly":false}}';
    expect(userVolumeMountEditor.withdraw(text, desired, original)).toEqual({
      kind: 'changed',
      text: '{"new":{"mountPath":"/n"},"istio-output-certs":{"mountPath":"/old","readOnly":true}}',
      replaced: [],
    });
  });

  it('leaves an entry that the original had like ours', () => {
    const text = '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"},"a":{"mountPath":"/a"}}';
    expect(userVolumeMountEditor.withdraw(text, desired, FRESH)).toEqual({ kind: 'unchanged', text });
  });

  it('refuses text that is not JSON', () => {
    expect(userVolumeMountEditor.withdraw('{', desired)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^it is not JSON/),
    });
  });
});
