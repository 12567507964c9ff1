import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { createAuthority, restoreAuthority } from '../../../testbed/control-plane/certificates.ts';

describe('createAuthority', () => {
  it('signs itself and may sign others', () => {
    const root = new X509Certificate(createAuthority({ commonName: 'root', organizations: ['mesh'] }).cert);
    expect(root.ca).toBe(true);
    expect(root.subject).toBe('O=mesh\nCN=root');
    expect(root.verify(root.publicKey)).toBe(true);
  });

  it('issues what was asked for, from the year 2049 on too', () => {
    const authority = createAuthority({ commonName: 'root' });
    const { cert, key } = authority.issue({
      commonName: 'workload',
      organizations: ['one', 'two'],
      dnsNames: ['localhost', 'a.example'],
      ipAddresses: ['127.0.0.1'],
      uris: ['spiffe://cluster.local/ns/a/sa/b'],
      notBefore: new Date('2020-01-02T03:04:05Z'),
      notAfter: new Date('2051-12-31T23:59:59Z'),
    });
    const certificate = new X509Certificate(cert);
    expect(certificate.subject).toBe('O=one\nO=two\nCN=workload');
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, DNS:a.example, URI:spiffe://cluster.local/ns/a/sa/b, IP Address:127.0.0.1',
    );
    expect([certificate.validFromDate.toISOString(), certificate.validToDate.toISOString()]).toEqual([
      '2020-01-02T03:04:05.000Z',
      '2051-12-31T23:59:59.000Z',
    ]);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(authority.cert))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('restoreAuthority', () => {
  it('issues under the same name and key as before', () => {
    const authority = createAuthority({ commonName: 'root', organizations: ['mesh'] });
    const { cert, key } = authority;
    const certificate = new X509Certificate(
      restoreAuthority({ cert, key }).issue({ commonName: 'workload' }).cert,
    );
    expect(certificate.checkIssued(new X509Certificate(cert))).toBe(true);
    expect(certificate.verify(new X509Certificate(cert).publicKey)).toBe(true);
  });
});
