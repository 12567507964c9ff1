import { describe, expect, it } from 'vitest';
import { mountAbove } from '../../../src/plan/kubernetes/mounts.ts';

describe('mountAbove', () => {
  const mounts = [
    { name: 'a', mountPath: '/etc' },
    { name: 'b', mountPath: '/etc/certs/' },
    { name: 'file', mountPath: '/etc/certs/key.pem', subPath: 'key.pem' },
  ];
  it.each([
    { file: '/etc/certs/root.pem', name: 'b' },
    { file: '/etc/certs/key.pem', name: 'file' },
    { file: '/etc/certs2/root.pem', name: 'a' },
    { file: '/var/x', name: undefined },
  ])('gives $name as the mount of $file', ({ file, name }) => {
    expect(mountAbove(mounts, file)?.name).toBe(name);
  });
});
