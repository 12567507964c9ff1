import { describe, expect, it } from 'vitest';
import { expectedValues, isExpected } from '../../../../src/edit/prometheus-yaml/jobs/expected-values.ts';

describe('expectedValues', () => {
  it.each(['/etc/prom-certs', '/etc/prom-certs/', '/etc/prom-certs//'])('names the files in %s', (path) => {
    expect(expectedValues(path)).toEqual({
      ca_file: '/etc/prom-certs/root-cert.pem',
      cert_file: '/etc/prom-certs/cert-chain.pem',
      key_file: '/etc/prom-certs/key.pem',
      insecure_skip_verify: 'true',
    });
  });
});

describe('isExpected', () => {
  it.each([
    { name: 'the file itself', value: '/c/key.pem', directory: undefined, is: true },
    { name: 'no value', value: undefined, directory: '/c', is: false },
    { name: 'another file', value: '/c/key', directory: '/c', is: false },
    { name: 'an unclean spelling of it', value: '/c/./key.pem', directory: '/', is: false },
    { name: 'a relative name of it', value: 'key.pem', directory: '/c', is: true },
    { name: 'an unclean relative name of it', value: '../c/./key.pem', directory: '/d', is: true },
    { name: 'a relative name elsewhere', value: 'key.pem', directory: '/d', is: false },
    { name: 'a relative name without a directory', value: 'key.pem', directory: undefined, is: false },
    { name: 'an empty name', value: '', directory: '/c/key.pem', is: false },
  ])('is $is for $name', ({ value, directory, is }) => {
    expect(isExpected('/c/key.pem', value, directory)).toBe(is);
  });
});
