import { describe, expect, it } from 'vitest';
import { admissionSentence } from '../../../src/plan/kubernetes/admission-sentences.ts';

const VIOLATES =
  'violates PodSecurity "restricted:v1.36": seccompProfile (pod or container "istio-proxy" must set it)';
const DENIED = 'admission webhook "rev.object.sidecar-injector.istio.io" denied the request: bad\nannotation';

describe('admissionSentence', () => {
  it.each([
    {
      name: 'Pod Security, without the name of the pod',
      message: `dry-run create Pod ns/p-: pods "p-x7k2p" is forbidden: ${VIOLATES}`,
      sentence: { by: 'PodSecurity', text: VIOLATES },
    },
    {
      name: 'an injector of whatever revision',
      message: `dry-run create Pod ns/p-: ${DENIED}`,
      sentence: { by: 'Injector', text: DENIED },
    },
  ])('is that of $name', ({ message, sentence }) => {
    expect(admissionSentence(message)).toEqual(sentence);
  });

  it.each([
    { name: 'a quota', message: 'pods "p" is forbidden: exceeded quota: q' },
    { name: 'a name that is taken', message: 'pods "p-0" already exists' },
    { name: 'another webhook', message: 'admission webhook "a.example.com" denied the request: no' },
    {
      name: 'a webhook whose name only begins like that of an injector',
      message: 'admission webhook "sidecar-injector.istio.io.example.com" denied the request: no',
    },
    {
      name: 'an injector that cannot do dry runs',
      message: 'admission webhook "object.sidecar-injector.istio.io" does not support dry run',
    },
    {
      name: 'an injector that does not answer',
      message: 'failed calling webhook "object.sidecar-injector.istio.io": connection refused',
    },
    {
      name: 'a policy that keeps the permission to dry runs',
      message: `ValidatingAdmissionPolicy 'meshscrape-dry-run-pods' with binding 'meshscrape-dry-run-pods' denied request: no`,
    },
    { name: 'a lack of permission', message: 'User "a" cannot create resource "pods" in API group ""' },
  ])('is none for $name', ({ message }) => {
    expect(admissionSentence(message)).toBeUndefined();
  });
});
