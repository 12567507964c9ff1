import { describe, expect, it } from 'vitest';
import { proxyConfigFields, readProxyConfig } from '../../../src/edit/proxy-config/read.ts';
import { FRESH, desired, refusalsOfGo } from './cases.ts';

describe('readProxyConfig', () => {
  const nothing = {
    kind: 'read',
    keys: [],
    outputCerts: undefined,
    holdApplicationUntilProxyStarts: undefined,
    proxyMetadata: {},
  };
  it.each([
    { name: 'nothing', text: '', read: nothing },
    { name: 'comments only', text: '# x\n', read: nothing },
    {
      name: 'an empty proxyMetadata',
      text: 'proxyMetadata:\nholdApplicationUntilProxyStarts:\n',
      read: { ...nothing, keys: ['proxyMetadata', 'holdApplicationUntilProxyStarts'] },
    },
    {
      name: 'its own document',
      text: FRESH,
      read: {
        ...nothing,
        keys: ['proxyMetadata', 'holdApplicationUntilProxyStarts'],
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
        keys: ['a', 'proxy_metadata'],
        outputCerts: '/x',
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
      read: { ...nothing, keys: ['holdApplicationUntilProxyStarts'], holdApplicationUntilProxyStarts: false },
    },
    {
      name: 'nothing under a misspelt name',
      text: 'proxyMetaData: {OUTPUT_CERTS: /x}',
      read: { ...nothing, keys: ['proxyMetaData'] },
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

describe('proxyConfigFields', () => {
  const fields = (outputCerts: string | undefined, hold: string | undefined) => [
    { path: '.proxyMetadata.OUTPUT_CERTS', expected: desired.outputDirectory, actual: outputCerts },
    { path: '.holdApplicationUntilProxyStarts', expected: 'true', actual: hold },
  ];

  it.each([
    { name: 'a blank text', text: '', actual: fields(undefined, undefined) },
    { name: 'its own document', text: FRESH, actual: fields(desired.outputDirectory, 'true') },
    {
      name: 'other values',
      text: 'proxyMetadata: {OUTPUT_CERTS: /x}\nholdApplicationUntilProxyStarts: no\n',
      actual: fields('/x', 'false'),
    },
    { name: 'a text that cannot be read', text: 'a: [', actual: fields(undefined, undefined) },
  ])('gives both fields of $name', ({ text, actual }) => {
    expect(proxyConfigFields(text, desired)).toEqual(actual);
  });
});
