import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { NamedObjects } from '../../../src/kube/informers/named-objects.ts';
import { thing } from '../../support/thing.ts';

function inNamespace(namespace: string, name: string): KubernetesObject {
  const object = thing(name, '1');
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function filled(): NamedObjects<KubernetesObject> {
  const objects = new NamedObjects<KubernetesObject>();
  for (const key of ['one/a', 'one/b', 'two/a']) {
    const [namespace = '', name = ''] = key.split('/');
    objects.set(inNamespace(namespace, name));
  }
  return objects;
}

const namesOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe('NamedObjects', () => {
  it('finds objects by namespace and name, all of a namespace, and all', () => {
    const objects = filled();
    expect(objects.get('two', 'a')).toEqual(inNamespace('two', 'a'));
    expect(objects.get('two', 'b')).toBeUndefined();
    expect(namesOf(objects.inNamespace('one'))).toEqual(['one/a', 'one/b']);
    expect(objects.inNamespace('three')).toEqual([]);
    expect(namesOf(objects.all())).toEqual(['one/a', 'one/b', 'two/a']);
  });

  it('has one object of a name, the last one', () => {
    const objects = filled();
    const later = { ...inNamespace('two', 'a'), kind: 'Later' };
    objects.set(later);
    expect(objects.inNamespace('two')).toEqual([later]);
  });

  it('forgets a namespace with its last object, and no other', () => {
    const objects = filled();
    objects.delete('two', 'a');
    objects.delete('one', 'a');
    objects.delete('three', 'a');
    expect(objects.namespaces()).toEqual(['one']);
    expect(namesOf(objects.all())).toEqual(['one/b']);
  });
});
