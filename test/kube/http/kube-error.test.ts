import { describe, expect, it } from 'vitest';
import { nameSubject } from '../../../src/kube/http/kube-error.ts';

describe('nameSubject', () => {
  it.each([
    { name: 'names verb and kind alone', subject: { verb: 'list', kind: 'Pod' }, text: 'list Pod' },
    {
      name: 'names the namespace of a list',
      subject: { verb: 'list', kind: 'Pod', namespace: 'ns' },
      text: 'list Pod ns',
    },
    {
      name: 'leaves out an empty namespace',
      subject: { verb: 'get', kind: 'Namespace', namespace: '', name: 'ns' },
      text: 'get Namespace ns',
    },
    {
      name: 'names an object by namespace and name',
      subject: { verb: 'patch', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' },
      text: 'patch StatefulSet app-metrics/prometheus',
    },
  ])('$name', ({ subject, text }) => {
    expect(nameSubject(subject)).toBe(text);
  });
});
