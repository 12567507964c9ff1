// Texts of sidecar.istio.io/userVolumeMount that the tests of merge and of withdraw share.
export const desired = { volumeName: 'istio-output-certs', outputDirectory: '/etc/istio-output-certs' };
export const FRESH = '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}';

/** Texts without our entry, and what merging makes of them. Withdrawing gives every one back. */
export const merges = [
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
    name: 'adds behind a neighbour with more blanks than may be passed twice',
    text: `{"a":{${' '.repeat(100_000)}"mountPath":"/a${'/'.repeat(100_000)}b"}}`,
    merged: `{"a":{${' '.repeat(100_000)}"mountPath":"/a${'/'.repeat(100_000)}b"},"istio-output-certs":{${' '.repeat(100_000)}"mountPath":"/etc/istio-output-certs"}}`,
  },
  {
    name: 'lets another volume mount below the directory',
    text: '{"a":{"mountPath":"/etc/istio-output-certs/sub"}}',
    merged:
      '{"a":{"mountPath":"/etc/istio-output-certs/sub"},"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
  },
];

export const replacements = [
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
