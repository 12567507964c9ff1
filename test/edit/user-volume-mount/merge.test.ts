import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeUserVolumeMount,
  readUserVolume,
  readUserVolumeMount,
} from '../../../src/edit/user-volume-mount/merge.ts';
import { withdrawUserVolumeMount } from '../../../src/edit/user-volume-mount/withdraw.ts';

const want = { volumeName: 'istio-output-certs', outputDirectory: '/etc/istio-output-certs' };
const FRESH = '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}';

/** Printed by fast-check when a property fails; give it back by SEED=… */
const seed = Number(process.env['SEED'] ?? Date.now());

/** Texts without our entry, and what merging makes of them. Withdrawing gives every one back. */
const merges = [
  {
    name: 'adds to a compact object',
    text: '{"a":{"mountPath":"/a"}}',
    merged: '{"a":{"mountPath":"/a"},"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
  },
  {
    name: 'adds to an object with blanks behind its colons',
    text: '{"a": {"mountPath": "/a", "readOnly": true}}\n',
    merged:
      '{"a": {"mountPath": "/a", "readOnly": true}, "istio-output-certs": {"mountPath": "/etc/istio-output-certs"}}\n',
  },
  {
    name: 'adds to a pretty object',
    text: '{\n  "a": {\n    "mountPath": "/a"\n  }\n}\n',
    merged:
      '{\n  "a": {\n    "mountPath": "/a"\n  },\n  "istio-output-certs": {\n    "mountPath": "/etc/istio-output-certs"\n  }\n}\n',
  },
  {
    name: 'adds to a pretty object with tabs, carriage returns and values on one line',
    text: '{\r\n\t"b" : { "mountPath" : "/b" },\r\n\t"a" : { "mountPath" : "/a" }\r\n}',
    merged:
      '{\r\n\t"b" : { "mountPath" : "/b" },\r\n\t"a" : { "mountPath" : "/a" },\r\n\t"istio-output-certs" : { "mountPath" : "/etc/istio-output-certs" }\r\n}',
  },
  {
    name: 'adds to a compact array',
    text: '[{"name":"a","mountPath":"/a"}]',
    merged:
      '[{"name":"a","mountPath":"/a"},{"name":"istio-output-certs","mountPath":"/etc/istio-output-certs"}]',
  },
  {
    name: 'adds to an array with blanks',
    text: '[ {"name": "a", "mountPath": "/a"} , {"name": "b", "mountPath": "/b"} ]',
    merged:
      '[ {"name": "a", "mountPath": "/a"} , {"name": "b", "mountPath": "/b"}, {"name": "istio-output-certs", "mountPath": "/etc/istio-output-certs"} ]',
  },
  {
    name: 'adds to a pretty array',
    text: '[\n  {\n    "name": "a",\n    "mountPath": "/a"\n  }\n]',
    merged:
      '[\n  {\n    "name": "a",\n    "mountPath": "/a"\n  },\n  {\n    "name": "istio-output-certs",\n    "mountPath": "/etc/istio-output-certs"\n  }\n]',
  },
  {
    name: 'fills an empty object',
    text: '{ }',
    merged: '{"istio-output-certs": {"mountPath": "/etc/istio-output-certs"} }',
  },
  {
    name: 'fills an empty object without a blank',
    text: '{}',
    merged: '{"istio-output-certs": {"mountPath": "/etc/istio-output-certs"}}',
  },
  {
    name: 'fills an empty array',
    text: '[]',
    merged: '[{"name": "istio-output-certs", "mountPath": "/etc/istio-output-certs"}]',
  },
  {
    name: 'keeps escapes, braces in text and nested values',
    text: '{"a\\"}":{"mountPath":"/a\\u002f{,]","x":[1,{"y":null}]}}',
    merged:
      '{"a\\"}":{"mountPath":"/a\\u002f{,]","x":[1,{"y":null}]},"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
  },
  {
    name: 'lets another volume mount below the directory',
    text: '{"a":{"mountPath":"/etc/istio-output-certs/sub"}}',
    merged:
      '{"a":{"mountPath":"/etc/istio-output-certs/sub"},"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
  },
];

const replacements = [
  {
    name: 'another path',
    text: '{"istio-output-certs": {"mountPath": "/old"}, "a":{"mountPath":"/a"}}',
    merged: '{"istio-output-certs": {"mountPath": "/etc/istio-output-certs"}, "a":{"mountPath":"/a"}}',
    replaced: [{ path: '[istio-output-certs].mountPath', from: '/old', to: '/etc/istio-output-certs' }],
  },
  {
    name: 'a read-only mount',
    text: '[{"name":"istio-output-certs","readOnly":true,"mountPath":"/etc/istio-output-certs"}]',
    merged: '[{"name":"istio-output-certs","readOnly":false,"mountPath":"/etc/istio-output-certs"}]',
    replaced: [{ path: '[istio-output-certs].readOnly', from: 'true', to: 'false' }],
  },
  {
    name: 'another path that is read-only, under a key that its name overrides',
    text: '{"x":{"readOnly":true,"mountPath":"/etc/istio-output-certs/","name":"istio-output-certs"}}',
    merged: '{"x":{"readOnly":false,"mountPath":"/etc/istio-output-certs","name":"istio-output-certs"}}',
    replaced: [
      {
        path: '[istio-output-certs].mountPath',
        from: '/etc/istio-output-certs/',
        to: '/etc/istio-output-certs',
      },
      { path: '[istio-output-certs].readOnly', from: 'true', to: 'false' },
    ],
  },
];

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
      /^line 1, column 2: volume certs is mounted at .*only one of the two: .* set spec.certificates.volumeName to certs; else move it/,
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

describe('mergeUserVolumeMount', () => {
  it.each([undefined, '', ' \n'])('writes a fresh object for %j', (text) => {
    expect(mergeUserVolumeMount(text, want)).toEqual({ kind: 'merged', text: FRESH, replaced: [] });
  });

  it.each(merges)('$name', ({ text, merged }) => {
    expect(mergeUserVolumeMount(text, want)).toEqual({ kind: 'merged', text: merged, replaced: [] });
  });

  it.each(replacements)('replaces $name and says what stood there', ({ text, merged, replaced }) => {
    expect(mergeUserVolumeMount(text, want)).toEqual({ kind: 'merged', text: merged, replaced });
  });

  it.each([...unchanged, ...merges.map(({ name, merged }) => ({ name, text: merged }))])(
    'leaves what is right unchanged: $name',
    ({ text }) => {
      expect(mergeUserVolumeMount(text, want)).toEqual({ kind: 'unchanged', text });
    },
  );

  it.each(refusals)('refuses $name', ({ text, reason }) => {
    expect(mergeUserVolumeMount(text, want)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('readUserVolumeMount', () => {
  it.each([
    { name: 'nothing', text: '', entries: [] },
    { name: 'an empty object', text: '{}', entries: [] },
    {
      name: 'an object, in its order',
      text: '{"b":{"mountPath":"/b","readOnly":true},"a":{"mountPath":"/a","name":"c"}}',
      entries: [
        { name: 'b', mountPath: '/b', readOnly: true },
        { name: 'c', mountPath: '/a', readOnly: false },
      ],
    },
    {
      name: 'an array',
      text: ' [{"name":"a","mountPath":"/a"}]',
      entries: [{ name: 'a', mountPath: '/a', readOnly: false }],
    },
  ])('reads $name', ({ text, entries }) => {
    expect(readUserVolumeMount(text)).toEqual({ kind: 'read', entries });
  });

  it.each(['{', '{"a":{"mountPath":1}}', '[[]]', '{"a":{},"a":{}}'])('calls %j unreadable', (text) => {
    expect(readUserVolumeMount(text)).toEqual({
      kind: 'unreadable',
      reason: expect.stringMatching(/\w+ \w+/),
    });
  });
});

describe('readUserVolume', () => {
  it.each([
    { name: 'nothing', text: '\n', volumes: [] },
    {
      name: 'an object',
      text: '{"m":{"emptyDir":{"medium":"Memory"}},"d":{"emptyDir":{}},"n":{}}',
      volumes: [
        { name: 'm', source: 'emptyDir:Memory' },
        { name: 'd', source: 'emptyDir' },
        { name: 'n', source: 'nothing' },
      ],
    },
    {
      name: 'an array',
      text: '[{"name":"s","secret":{"secretName":"istio.default","optional":true}},{"name":"c","configMap":{"name":"x"}},{"hostPath":{"path":"/"},"name":"h"},{"name":"2","emptyDir":{},"secret":{}}]',
      volumes: [
        { name: 's', source: 'secret:istio.default' },
        { name: 'c', source: 'configMap:x' },
        { name: 'h', source: 'hostPath' },
        { name: '2', source: 'emptyDir+secret' },
      ],
    },
  ])('reads $name', ({ text, volumes }) => {
    expect(readUserVolume(text)).toEqual({ kind: 'read', volumes });
  });

  it.each(['x', '{"a":1}', '[{}]', '7'])('calls %j unreadable', (text) => {
    expect(readUserVolume(text)).toEqual({ kind: 'unreadable', reason: expect.stringMatching(/\w+ \w+/) });
  });
});

describe('withdrawUserVolumeMount', () => {
  it.each([undefined, '', '{}', '{"a":{"mountPath":"/a"}}', '{"istio-output-certs":{"mountPath":"/x"}}'])(
    'leaves %j',
    (text) => {
      expect(withdrawUserVolumeMount(text, want)).toEqual({ kind: 'unchanged', text });
    },
  );

  it('says that the annotation should go where nothing is left', () => {
    expect(withdrawUserVolumeMount(FRESH, want)).toEqual({ kind: 'withdrawn', text: undefined });
  });

  it.each(merges)('undoes: $name', ({ text, merged }) => {
    expect(withdrawUserVolumeMount(merged, want)).toEqual({ kind: 'withdrawn', text });
  });

  it.each(replacements)('gives back with the original: $name', ({ text, merged }) => {
    expect(withdrawUserVolumeMount(merged, { ...want, original: text })).toEqual({ kind: 'withdrawn', text });
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
    expect(withdrawUserVolumeMount(text, want)).toEqual({ kind: 'withdrawn', text: left });
  });

  it('restores the original path and the lock in a text that was edited since', () => {
    const original = '{"istio-output-certs":{"mountPath":"/old","readOnly":true}}';
    const text =
      '{"new":{"mountPath":"/n"},"istio-output-certs":{"mountPath":"/etc/istio-output-certs","readOnly":false}}';
    expect(withdrawUserVolumeMount(text, { ...want, original })).toEqual({
      kind: 'withdrawn',
      text: '{"new":{"mountPath":"/n"},"istio-output-certs":{"mountPath":"/old","readOnly":true}}',
    });
  });

  it('leaves an entry that the original had like ours', () => {
    const text = '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"},"a":{"mountPath":"/a"}}';
    expect(withdrawUserVolumeMount(text, { ...want, original: FRESH })).toEqual({ kind: 'unchanged', text });
  });

  it('refuses text that is not JSON', () => {
    expect(withdrawUserVolumeMount('{', want)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^it is not JSON/),
    });
  });
});

describe('mergeUserVolumeMount and withdrawUserVolumeMount on generated annotations', () => {
  it('keep every other entry and byte, and undo each other', () => {
    fc.assert(
      fc.property(generatedAnnotation(), (text) => {
        const merged = mergeUserVolumeMount(text, want);
        if (merged.kind !== 'merged') throw new Error(JSON.stringify(merged));
        const before: unknown = JSON.parse(text);
        const after: unknown = JSON.parse(merged.text);
        const own = { mountPath: want.outputDirectory };
        expect(after).toEqual(
          Array.isArray(before)
            ? [...(before as unknown[]), { name: want.volumeName, ...own }]
            : { ...(before as object), [want.volumeName]: own },
        );
        expect(mergeUserVolumeMount(merged.text, want).kind).toBe('unchanged');
        expect(withdrawUserVolumeMount(merged.text, want)).toEqual({ kind: 'withdrawn', text });
      }),
      { seed, numRuns: 500 },
    );
  });

  it('answer any text without throwing', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"name"',
      '"mountPath"',
      '"/a"',
      'true',
      '1',
      ' ',
      '\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(['merged', 'unchanged', 'refused']).toContain(mergeUserVolumeMount(text, want).kind);
        expect(['read', 'unreadable']).toContain(readUserVolume(text).kind);
      }),
      { seed, numRuns: 1000 },
    );
  });
});

/** Objects and arrays of mounts, printed with every indentation that JSON.stringify and jq write. */
function generatedAnnotation(): fc.Arbitrary<string> {
  const name = fc.string({ minLength: 1, maxLength: 6 }).filter((word) => word !== want.volumeName);
  const mount = fc.record(
    {
      mountPath: fc.string({ maxLength: 8 }).map((path) => `/m/${path}`),
      readOnly: fc.boolean(),
      x: fc.jsonValue(),
    },
    { requiredKeys: ['mountPath'] },
  );
  const entries = fc.uniqueArray(fc.tuple(name, mount), { maxLength: 4, selector: ([key]) => key });
  const indent = fc.constantFrom(undefined, 1, 2, 4, '\t');
  return fc
    .tuple(entries, indent, fc.boolean(), fc.constantFrom('', '\n', ' '))
    .map(([list, space, isArray, end]) => {
      const value: unknown = isArray
        ? list.map(([key, rest]) => ({ name: key, ...rest }))
        : Object.fromEntries(list);
      return JSON.stringify(value, undefined, space) + end;
    });
}
