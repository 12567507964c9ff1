import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import type { Condition } from '../../../testbed/demo/text.ts';
import {
  difference,
  expiryOf,
  flips,
  jobsReading,
  metadataChanges,
  moment,
  podState,
  wrapped,
} from '../../../testbed/demo/text.ts';
import { legacySecret } from '../../../testbed/stand-ins/legacy-secret.ts';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, line) => `line ${line + 1}`);

describe('difference', () => {
  it.each([
    { name: 'is nothing for equal texts', before: 'a\nb\n', after: 'a\nb\n', lines: [] },
    { name: 'shows a new text whole', before: '', after: 'a\nb\n', lines: ['+a', '+b'] },
    {
      name: 'shows an inserted line that equals its neighbour',
      before: 'a\nb\n',
      after: 'a\na\nb\n',
      lines: ['@@ -1,2 +1,3 @@', ' a', '+a', ' b'],
    },
    {
      name: 'shows a change at the end without a line feed',
      before: 'a\nb',
      after: 'a\nc',
      lines: [
        '@@ -1,2 +1,2 @@',
        ' a',
        '-b',
        '\\ No newline at end of file',
        '+c',
        '\\ No newline at end of file',
      ],
    },
    {
      name: 'shows a text that shrank',
      before: 'a\nx\nx\n',
      after: 'a\nx\n',
      lines: ['@@ -1,3 +1,2 @@', ' a', ' x', '-x'],
    },
  ])('$name', ({ before, after, lines }) => {
    expect(difference(before, after)).toEqual(lines);
  });

  it('keeps changes apart that lie far apart', () => {
    const before = numbered(30);
    const after = before.map((line) => (line === 'line 2' || line === 'line 28' ? `${line}!` : line));
    const lines = difference(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
      '@@ -1,5 +1,5 @@',
      '-line 2',
      '+line 2!',
      '@@ -25,6 +25,6 @@',
      '-line 28',
      '+line 28!',
    ]);
  });
});

describe('flips', () => {
  const condition = (type: string, status: string, reason = 'R'): Condition => ({
    type,
    status,
    reason,
    message: 'm',
  });
  const short = (before: Condition[], after: Condition[]): string[] =>
    flips(before, after).map(({ type, from, status, reason }) => `${type} ${from}>${status} ${reason}`);

  it.each([
    {
      name: 'reports nothing where nothing moves',
      before: [condition('A', 'True')],
      after: [condition('A', 'True')],
      reported: [],
    },
    {
      name: 'reports what is new',
      before: [],
      after: [condition('A', 'False')],
      reported: ['A absent>False R'],
    },
    { name: 'reports what goes', before: [condition('A', 'True')], after: [], reported: ['A True>absent '] },
    {
      name: 'reports a new reason of Ready only',
      before: [condition('A', 'True'), condition('Ready', 'Unknown')],
      after: [condition('A', 'True', 'S'), condition('Ready', 'Unknown', 'S')],
      reported: ['Ready Unknown>Unknown S'],
    },
    {
      name: 'reports the summaries last',
      before: [condition('Reconciling', 'True'), condition('Ready', 'Unknown'), condition('A', 'False')],
      after: [condition('Ready', 'True'), condition('A', 'True')],
      reported: ['A False>True R', 'Reconciling True>absent ', 'Ready Unknown>True R'],
    },
  ])('$name', ({ before, after, reported }) => {
    expect(short(before, after)).toEqual(reported);
  });
});

describe('metadataChanges', () => {
  it('names annotations and finalizers that came, went or changed', () => {
    const before = { annotations: { same: '1', changed: '1', gone: '1' }, finalizers: ['old'] };
    const after = { annotations: { same: '1', changed: '2', come: '1' }, finalizers: ['new'] };
    expect(metadataChanges(before, after)).toEqual([
      'annotation changed changed',
      'annotation gone removed',
      'finalizer old removed',
      'annotation come added',
      'finalizer new added',
    ]);
  });
});

describe('jobsReading', () => {
  it('finds the jobs whose own tls_config names a file below the directory', () => {
    const text = `scrape_configs:
- job_name: plain
- {job_name: cluster, tls_config: {ca_file: /var/run/ca.crt}}
- {job_name: neighbour, tls_config: {ca_file: /etc/certs-other/ca.crt}}
- {job_name: legacy, tls_config: {insecure_skip_verify: true, key_file: /etc/certs/key.pem}}
`;
    expect(jobsReading(text, '/etc/certs')).toEqual({ total: 4, reading: ['legacy'] });
  });

  it('finds none in a file without jobs', () => {
    expect(jobsReading('global: {}\n', '/etc/certs')).toEqual({ total: 0, reading: [] });
  });
});

describe('expiryOf', () => {
  it('reads the certificate itself, not the authority', () => {
    const notAfter = new Date('2026-12-01T09:00:00Z');
    expect(expiryOf(legacySecret({ namespace: 'n', notAfter }))).toEqual(notAfter);
  });
});

describe('moment', () => {
  const now = new Date('2026-11-28T10:00:00Z');
  it.each([
    { name: 'days ahead', date: '2026-12-01T09:00:30Z', text: '2026-12-01 09:00 UTC, in 3 days' },
    { name: 'one day ahead', date: '2026-11-29T09:00:00Z', text: '2026-11-29 09:00 UTC, in 1 day' },
    { name: 'days ago', date: '2026-11-26T10:00:00Z', text: '2026-11-26 10:00 UTC, 2 days ago' },
  ])('formats $name', ({ date, text }) => {
    expect(moment(new Date(date), now)).toBe(text);
  });
});

describe('wrapped', () => {
  it('fills lines up to the width and leaves a longer word alone', () => {
    expect(wrapped('ab cd efghijkl m\nn', 5)).toEqual(['ab cd', 'efghijkl', 'm n']);
  });
});

describe('podState', () => {
  const pod = (metadata: object, conditions: object[], initContainers?: object[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'istio-proxy' }, { name: 'prometheus' }], initContainers },
    status: { conditions },
  });
  it.each([
    { name: 'created', pod: pod({}, []), state: 'is created: istio-proxy, prometheus' },
    {
      name: 'with a native sidecar beside an ordinary init container',
      pod: pod({}, [], [{ name: 'istio-init' }, { name: 'native', restartPolicy: 'Always' }]),
      state: 'is created: native, istio-proxy, prometheus',
    },
    {
      name: 'not ready',
      pod: pod({}, [{ type: 'Ready', status: 'False' }]),
      state: 'is created: istio-proxy, prometheus',
    },
    {
      name: 'ready',
      pod: pod({}, [{ type: 'Ready', status: 'True' }]),
      state: 'is ready: istio-proxy, prometheus',
    },
    {
      name: 'being deleted',
      pod: pod({ deletionTimestamp: 'now' }, [{ type: 'Ready', status: 'True' }]),
      state: 'ends',
    },
  ])('names the state of a pod that is $name', ({ pod: object, state }) => {
    expect(podState(object)).toBe(state);
  });
});
