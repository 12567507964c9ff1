import { describe, expect, it } from 'vitest';
import {
  cacheName,
  collectionPath,
  refPath,
  resourceTypeOf,
  withQuery,
} from '../../../src/kube/http/resource-path.ts';

describe('refPath', () => {
  it.each([
    { apiVersion: 'v1', kind: 'ConfigMap', path: '/api/v1/namespaces/ns/configmaps/a' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', path: '/apis/apps/v1/namespaces/ns/statefulsets/a' },
    {
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'PeerAuthentication',
      path: '/apis/security.istio.io/v1beta1/namespaces/ns/peerauthentications/a',
    },
  ])('finds the path of a $kind', ({ apiVersion, kind, path }) => {
    expect(refPath({ apiVersion, kind, namespace: 'ns', name: 'a' })).toBe(path);
  });

  it('keeps a name from reaching another path', () => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: '../secrets/x?y' };
    expect(refPath(ref)).toBe('/api/v1/namespaces/ns/configmaps/..%2Fsecrets%2Fx%3Fy');
  });
});

describe('resourceTypeOf', () => {
  it('refuses a kind that is not ours to touch', () => {
    expect(() => resourceTypeOf({ apiVersion: 'v1', kind: 'Secret' })).toThrow(
      expect.objectContaining({ code: 'Misconfigured', retryable: false }),
    );
  });
});

describe('collectionPath', () => {
  it('leaves the namespace out for all of them', () => {
    expect(collectionPath({ group: 'apps', version: 'v1', plural: 'statefulsets' })).toBe(
      '/apis/apps/v1/statefulsets',
    );
  });
});

describe('cacheName', () => {
  it('is the same for every version', () => {
    expect(cacheName(resourceTypeOf({ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar' }))).toBe(
      cacheName({ group: 'networking.istio.io', plural: 'sidecars' }),
    );
    expect(cacheName({ group: '', plural: 'configmaps' })).toBe('configmaps');
  });
});

describe('withQuery', () => {
  it('encodes, and leaves out what is undefined', () => {
    expect(withQuery('/a', { x: 'b c&d', y: undefined })).toBe('/a?x=b+c%26d');
    expect(withQuery('/a', {})).toBe('/a');
  });
});
