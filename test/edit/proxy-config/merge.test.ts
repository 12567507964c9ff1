import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { mergeProxyConfig, readProxyConfig } from '../../../src/edit/proxy-config/merge.ts';
import { withdrawProxyConfig } from '../../../src/edit/proxy-config/withdraw.ts';

const want = { outputDirectory: '/etc/istio-output-certs' };
const FRESH =
  'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n';

const IN_FRONT =
  'holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n';

/** Printed by fast-check when a property fails; give it back by SEED=… */
const seed = Number(process.env['SEED'] ?? Date.now());

/** Texts with neither leaf, and what merging makes of them. Withdrawing gives every one back. */
const merges = [
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
    name: 'tells an empty proxyMetadata in a flow document from one of its own',
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

const refusalsOfGo = [
  { name: 'a value without a key', text: 'a: 1\n: b\n', reason: /^line 2, column 1: a value without a key/ },
  { name: 'an end marker in front', text: '...\na: 1\n', reason: /^line 1, column 1: .*marker/ },
  { name: 'an indented document marker', text: '  ---\n', reason: /^line 1, column 1: .*marker/ },
];

const replacements = [
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

describe('mergeProxyConfig', () => {
  it.each([undefined, '', ' \n'])('writes a fresh document for %j', (text) => {
    expect(mergeProxyConfig(text, want)).toEqual({ kind: 'merged', text: FRESH, replaced: [] });
  });

  it.each(merges)('$name', ({ text, merged }) => {
    expect(mergeProxyConfig(text, want)).toEqual({ kind: 'merged', text: merged, replaced: [] });
  });

  it.each(replacements)('replaces $name and says what stood there', ({ text, merged, replaced }) => {
    expect(mergeProxyConfig(text, want)).toEqual({ kind: 'merged', text: merged, replaced });
  });

  it.each([...unchanged, ...merges.map(({ name, merged }) => ({ name, text: merged }))])(
    'leaves what is right unchanged: $name',
    ({ text }) => {
      expect(mergeProxyConfig(text, want)).toEqual({ kind: 'unchanged', text });
    },
  );

  it.each(refusals)('refuses $name', ({ text, reason }) => {
    expect(mergeProxyConfig(text, want)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) });
  });

  it('quotes a directory that would not be a plain string', () => {
    const outputDirectory = '/a b: #"c';
    const merged = mergeProxyConfig('x: 1', { outputDirectory });
    expect(merged.kind === 'merged' && load(merged.text)).toEqual({
      x: 1,
      proxyMetadata: { OUTPUT_CERTS: outputDirectory },
      holdApplicationUntilProxyStarts: true,
    });
  });
});

describe('readProxyConfig', () => {
  const nothing = {
    kind: 'read',
    outputCerts: undefined,
    holdApplicationUntilProxyStarts: undefined,
    disableEnvoy: undefined,
    proxyMetadata: {},
    ignoredKeys: [],
  };
  it.each([
    { name: 'nothing', text: '', read: nothing },
    { name: 'comments only', text: '# x\n', read: nothing },
    {
      name: 'an empty proxyMetadata',
      text: 'proxyMetadata:\nholdApplicationUntilProxyStarts:\n',
      read: nothing,
    },
    {
      name: 'its own document',
      text: FRESH,
      read: {
        ...nothing,
        outputCerts: '/etc/istio-output-certs',
        holdApplicationUntilProxyStarts: true,
        proxyMetadata: { OUTPUT_CERTS: '/etc/istio-output-certs' },
      },
    },
    {
      name: 'a value by merge key, a date, a time and a null',
      text: 'a: &a {OUTPUT_CERTS: /x, DISABLE_ENVOY: "true"}\nproxy_metadata:\n  <<: *a\n  D: 2020-01-01\n  T: 12:30:45\n  NONE:\n',
      read: {
        ...nothing,
        outputCerts: '/x',
        disableEnvoy: 'true',
        proxyMetadata: {
          OUTPUT_CERTS: '/x',
          DISABLE_ENVOY: 'true',
          D: '2020-01-01',
          T: '12:30:45',
          NONE: '',
        },
      },
    },
    {
      name: 'hold switched off the YAML 1.1 way',
      text: 'holdApplicationUntilProxyStarts: off',
      read: { ...nothing, holdApplicationUntilProxyStarts: false },
    },
    {
      name: 'a misspelt name',
      text: 'proxyMetaData: {OUTPUT_CERTS: /x}',
      read: { ...nothing, ignoredKeys: ['proxyMetaData'] },
    },
  ])('reads $name', ({ text, read }) => {
    expect(readProxyConfig(text)).toEqual(read);
  });

  it.each([
    { name: 'broken YAML', text: 'a: [' },
    { name: 'a metadata value that is a number', text: 'proxyMetadata: {A: 1_000}' },
    { name: 'a hold that is a word', text: 'holdApplicationUntilProxyStarts: "yes"' },
    { name: 'proxyMetadata as text', text: 'proxyMetadata: x' },
    { name: 'a list', text: '[]' },
    ...refusalsOfGo,
  ])('calls $name unreadable', ({ text }) => {
    expect(readProxyConfig(text)).toEqual({ kind: 'unreadable', reason: expect.stringMatching(/\w+ \w+/) });
  });
});

describe('withdrawProxyConfig', () => {
  it.each([undefined, '', '\n'])('leaves %j', (text) => {
    expect(withdrawProxyConfig(text, want)).toEqual({ kind: 'unchanged', text });
  });

  it('says that the annotation should go where nothing is left', () => {
    expect(withdrawProxyConfig(FRESH, want)).toEqual({ kind: 'withdrawn', text: undefined });
  });

  it.each(merges)('undoes: $name', ({ text, merged }) => {
    expect(withdrawProxyConfig(merged, want)).toEqual({ kind: 'withdrawn', text });
  });

  it.each(replacements)('gives back with the original: $name', ({ text, merged }) => {
    expect(withdrawProxyConfig(merged, { ...want, original: text })).toEqual({ kind: 'withdrawn', text });
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
      name: 'a block scalar in front of our last line without a newline',
      text: 'x: |\n  y\nholdApplicationUntilProxyStarts: true',
      left: 'x: |\n  y\n',
    },
  ])('keeps $name', ({ text, left }) => {
    expect(withdrawProxyConfig(text, want)).toEqual({ kind: 'withdrawn', text: left });
  });

  it('restores the leaf that the original had, in a text that was edited since', () => {
    const original = 'holdApplicationUntilProxyStarts: off\nproxyMetadata:\n  OUTPUT_CERTS: "/old"\n';
    const merged = mergeProxyConfig(original, want);
    if (merged.kind !== 'merged') throw new Error(merged.kind);
    expect(withdrawProxyConfig(`# edited\n${merged.text}`, { ...want, original })).toEqual({
      kind: 'withdrawn',
      text: `# edited\n${original}`,
    });
  });

  it('leaves a leaf that the original had with our value', () => {
    const original = 'holdApplicationUntilProxyStarts: true\n';
    expect(withdrawProxyConfig(`${FRESH}x: 1\n`, { ...want, original })).toEqual({
      kind: 'withdrawn',
      text: 'holdApplicationUntilProxyStarts: true\nx: 1\n',
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
    expect(withdrawProxyConfig(text, want)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});

describe('mergeProxyConfig and withdrawProxyConfig on generated documents', () => {
  it('keep every foreign leaf and every foreign byte, and undo each other', () => {
    fc.assert(
      fc.property(generatedDocument(), (text) => {
        const before: unknown = load(text);
        const merged = mergeProxyConfig(text, want);
        if (merged.kind !== 'merged') throw new Error(JSON.stringify(merged));
        expect(foreign(load(merged.text))).toEqual(foreign(before));
        expect(readProxyConfig(merged.text)).toMatchObject({
          outputCerts: want.outputDirectory,
          holdApplicationUntilProxyStarts: true,
        });
        expect(isSubsequence(text, merged.text)).toBe(true);
        expect(mergeProxyConfig(merged.text, want).kind).toBe('unchanged');
        expect(withdrawProxyConfig(merged.text, want)).toEqual({ kind: 'withdrawn', text });
      }),
      { seed, numRuns: 400 },
    );
  });

  it('answer any text without throwing, and never break what parsed', () => {
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
        const merged = mergeProxyConfig(text, want);
        if (merged.kind === 'refused') expect(merged.reason.length).toBeGreaterThan(10);
        else expect(readProxyConfig(merged.text)).toMatchObject({ outputCerts: want.outputDirectory });
        expect(['unchanged', 'withdrawn', 'refused']).toContain(withdrawProxyConfig(text, want).kind);
      }),
      { seed, numRuns: 1500 },
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

/** Documents with neither leaf, in block or flow style, with comments, quoting, both line endings and no end of line. */
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
