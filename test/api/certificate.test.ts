import { describe, expect, it } from 'vitest';
import { expiryOf, keysOf } from '../../src/api/certificate.ts';
import { createAuthority, restoreAuthority } from '../../testbed/control-plane/certificates.ts';

const notAfter = new Date('2026-12-01T09:00:00Z');
const authority = createAuthority({ commonName: 'root' });
const certificate = authority.issue({ commonName: 'workload', notAfter });
const known = { kind: 'Known', notAfterMs: notAfter.getTime() };
const none = { kind: 'Invalid', why: 'it holds no PEM certificate' };
const broken = { kind: 'Invalid', why: 'its certificate cannot be parsed' };

describe('expiryOf', () => {
  const rows = [
    { name: 'a certificate', text: certificate.cert, expiry: known },
    { name: 'the first of a chain', text: `${certificate.cert}\n${authority.cert}`, expiry: known },
    { name: 'a key before it', text: `${certificate.key}\n${certificate.cert}`, expiry: known },
    { name: 'words around it', text: `# mine\n${certificate.cert}\n# end`, expiry: known },
    { name: 'nothing', text: '', expiry: none },
    { name: 'a key alone', text: certificate.key, expiry: none },
    { name: 'no end', text: certificate.cert.slice(0, -30), expiry: none },
    { name: 'damaged base64', text: certificate.cert.replace('MII', 'MIJ'), expiry: broken },
    { name: 'an empty one', text: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', expiry: broken },
    {
      name: 'a megabyte',
      text: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(1e6)}\n-----END CERTIFICATE-----`,
      expiry: broken,
    },
  ];
  it.each(rows)('of $name', ({ text, expiry }) => {
    expect(expiryOf(text)).toEqual(expiry);
  });

  it('takes linear time where many begin and none ends: quadratic time would reach the limit of a test', () => {
    expect(expiryOf('-----BEGIN CERTIFICATE-----'.repeat(120_000))).toEqual(none);
  });
});

describe('keysOf', () => {
  it('is the same for a root that was renewed with its key', () => {
    const renewed = restoreAuthority(authority).issue({ commonName: 'x' }).cert;
    expect(keysOf(authority.cert)).toEqual(keysOf(`${authority.cert}\n`));
    expect(keysOf(authority.cert)).not.toEqual(keysOf(renewed));
    expect(keysOf(`${authority.cert}\n${certificate.cert}`)).toHaveLength(2);
    expect(keysOf(authority.cert)[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves out what cannot be parsed', () => {
    expect(keysOf(`${certificate.cert.replace('MII', 'MIJ')}\n${authority.cert}`)).toEqual(
      keysOf(authority.cert),
    );
    expect(keysOf('')).toEqual([]);
  });
});
