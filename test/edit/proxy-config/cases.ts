// Texts of proxy.istio.io/config that the tests of merge and of withdraw share.
export const desired = { outputDirectory: '/etc/istio-output-certs' };
export const FRESH =
  'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n';

const IN_FRONT =
  'holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n';

/** Texts with neither field, and what merging makes of them. Withdrawing gives every one back. */
export const merges = [
  { name: 'appends to a block document', text: 'concurrency: 2\n', merged: `concurrency: 2\n${FRESH}` },
  {
    name: 'keeps a final newline missing',
    text: 'concurrency: 2',
    merged: `concurrency: 2\n${FRESH.trimEnd()}`,
  },
  {
    name: 'writes the line endings of the text',
    text: 'concurrency: 2\r\ntracing: {}\r\n',
    merged: `concurrency: 2\r\ntracing: {}\r\n${FRESH.replaceAll('\n', '\r\n')}`,
  },
  {
    name: 'writes lone carriage returns too',
    text: 'concurrency: 2\rtracing: {}',
    merged: `concurrency: 2\rtracing: {}\r${FRESH.trimEnd().replaceAll('\n', '\r')}`,
  },
  {
    name: 'keeps comments, order and quoting',
    text: '# ours\nconcurrency: "2"   # two\n\n# end\n',
    merged: `# ours\nconcurrency: "2"   # two\n\n# end\n${FRESH}`,
  },
  {
    name: 'adds behind the key line of an existing proxyMetadata, above the comments of its entries',
    text: "proxyMetadata: # env\n\n    # dns\n    ISTIO_META_DNS_CAPTURE: 'true'\nconcurrency: 1\n",
    merged:
      "proxyMetadata: # env\n    OUTPUT_CERTS: /etc/istio-output-certs\n\n    # dns\n    ISTIO_META_DNS_CAPTURE: 'true'\nconcurrency: 1\nholdApplicationUntilProxyStarts: true\n",
  },
  {
    name: 'keeps a commented entry below proxyMetadata with it',
    text: 'proxyMetadata:\n  A: b\n  # C: d\n',
    merged:
      'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n  A: b\n  # C: d\nholdApplicationUntilProxyStarts: true\n',
  },
  {
    name: 'adds to a proxyMetadata under its protobuf spelling',
    text: 'proxy_metadata:\n  A: b\n',
    merged:
      'proxy_metadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n  A: b\nholdApplicationUntilProxyStarts: true\n',
  },
  {
    name: 'adds to a flow proxyMetadata in a block document',
    text: 'proxyMetadata: {A: "b" , }\nx: 1',
    merged:
      'proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs, A: "b" , }\nx: 1\nholdApplicationUntilProxyStarts: true',
  },
  {
    name: 'fills an empty proxyMetadata',
    text: 'proxyMetadata: { }\n',
    merged:
      'proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs }\nholdApplicationUntilProxyStarts: true\n',
  },
  {
    name: 'writes into a flow document',
    text: '{ concurrency: 2, tracing: {} }\n',
    merged:
      '{ proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}, holdApplicationUntilProxyStarts: true, concurrency: 2, tracing: {} }\n',
  },
  {
    name: 'fills an empty flow document',
    text: '{}',
    merged: '{proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}, holdApplicationUntilProxyStarts: true}',
  },
  {
    name: 'distinguishes an empty proxyMetadata in a flow document from one of its own',
    text: '{concurrency: 2, proxyMetadata: {}}',
    merged:
      '{holdApplicationUntilProxyStarts: true, concurrency: 2, proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}}',
  },
  {
    name: 'writes compact JSON as compact JSON',
    text: '{"concurrency":2,"proxyMetadata":{"A":"b"}}',
    merged:
      '{"holdApplicationUntilProxyStarts":true,"concurrency":2,"proxyMetadata":{"OUTPUT_CERTS":"/etc/istio-output-certs","A":"b"}}',
  },
  {
    name: 'writes pretty JSON as pretty JSON, tabs too',
    text: '{\n\t"concurrency": 2\n}\n',
    merged:
      '{\n\t"proxyMetadata": {"OUTPUT_CERTS": "/etc/istio-output-certs"},\n\t"holdApplicationUntilProxyStarts": true,\n\t"concurrency": 2\n}\n',
  },
  {
    name: 'takes the indentation of an indented document',
    text: '  concurrency: 2\n  x:\n    - 1\n',
    merged:
      '  concurrency: 2\n  x:\n    - 1\n  proxyMetadata:\n    OUTPUT_CERTS: /etc/istio-output-certs\n  holdApplicationUntilProxyStarts: true\n',
  },
  {
    name: 'goes in front where a last block scalar has no final newline',
    text: '# c\nbinaryPath: |\n  x',
    merged: `# c\n${IN_FRONT}binaryPath: |\n  x`,
  },
  {
    name: 'goes in front of an end marker',
    text: '---\nconcurrency: 2\n...\n',
    merged: `---\n${IN_FRONT}concurrency: 2\n...\n`,
  },
  { name: 'keeps a trailing keep scalar', text: 'x: |+\n  y\n\n\n', merged: `x: |+\n  y\n\n\n${FRESH}` },
  { name: 'writes below comments only', text: '# nothing yet', merged: `# nothing yet\n${FRESH.trimEnd()}` },
  { name: 'writes below a document marker', text: '---\n', merged: `---\n${FRESH}` },
  { name: 'keeps a byte order mark', text: '\uFEFFx: 1\n', merged: `\uFEFFx: 1\n${FRESH}` },
  {
    name: 'leaves anchors and aliases beside the path alone',
    text: 'a: &a {b: 1}\nc: *a\nproxyMetadata:\n  X: &x v\n  Z: *x\n',
    merged:
      'a: &a {b: 1}\nc: *a\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n  X: &x v\n  Z: *x\nholdApplicationUntilProxyStarts: true\n',
  },
  {
    name: 'keeps fields that are named like its own answers',
    text: 'kind: refused\nreason: x\n',
    merged: `kind: refused\nreason: x\n${FRESH}`,
  },
  {
    name: 'takes a comment mark and a colon in quotes for text',
    text: '\'a: #\': "# b: c"',
    merged: `'a: #': "# b: c"\n${FRESH.trimEnd()}`,
  },
];

export const replacements = [
  {
    name: 'another directory, plain',
    text: 'proxyMetadata:\n  OUTPUT_CERTS: /tmp/x # why\nholdApplicationUntilProxyStarts: true',
    merged:
      'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs # why\nholdApplicationUntilProxyStarts: true',
    replaced: [{ path: 'proxyMetadata.OUTPUT_CERTS', from: '/tmp/x', to: '/etc/istio-output-certs' }],
  },
  {
    name: 'another directory in single quotes, hold said no',
    text: "{proxyMetadata: {OUTPUT_CERTS: '/a''b'}, holdApplicationUntilProxyStarts: no}",
    merged:
      "{proxyMetadata: {OUTPUT_CERTS: '/etc/istio-output-certs'}, holdApplicationUntilProxyStarts: true}",
    replaced: [
      { path: 'holdApplicationUntilProxyStarts', from: 'no', to: 'true' },
      { path: 'proxyMetadata.OUTPUT_CERTS', from: "/a'b", to: '/etc/istio-output-certs' },
    ],
  },
  {
    name: 'another directory in double quotes, hold said null',
    text: 'holdApplicationUntilProxyStarts: ~\nproxyMetadata:\n  "OUTPUT_CERTS" : "/x"\n',
    merged:
      'holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  "OUTPUT_CERTS" : "/etc/istio-output-certs"\n',
    replaced: [
      { path: 'proxyMetadata.OUTPUT_CERTS', from: '/x', to: '/etc/istio-output-certs' },
      { path: 'holdApplicationUntilProxyStarts', from: '~', to: 'true' },
    ],
  },
  {
    name: 'hold under its protobuf spelling',
    text: 'hold_application_until_proxy_starts: false\nproxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}\n',
    merged:
      'hold_application_until_proxy_starts: true\nproxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}\n',
    replaced: [{ path: 'holdApplicationUntilProxyStarts', from: 'false', to: 'true' }],
  },
];

/** Texts that Istio's reader refuses, or reads only in part. */
export const refusalsOfGo = [
  { name: 'a value without a key', text: 'a: 1\n: b\n', reason: /^line 2, column 1: a value without a key/ },
  {
    name: 'a value without a key behind a byte order mark',
    text: '\uFEFF\n: b\n',
    reason: /^line 2, column 1: a value without a key/,
  },
  { name: 'an end marker in front', text: '...\na: 1\n', reason: /^line 1, column 1: .*marker/ },
  { name: 'an indented document marker', text: '  ---\n', reason: /^line 1, column 1: .*marker/ },
];
