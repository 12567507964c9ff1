import { describe, expect, it } from 'vitest';
import {
  applyPathOf,
  holdsPath,
  isAppliedByOthers,
  lastWriteMs,
  pointer,
  releaseOperations,
} from '../../../src/plan/kubernetes/managed-fields.ts';
import { entry, VOLUME_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER } from '../../support/scrape.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const of = (...managedFields: ReturnType<typeof entry>[]) => statefulSet({ metadata: { managedFields } });
const volume = VOLUME_FIELDS.split('\n');

describe('applyPathOf', () => {
  it.each([
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [volume, '.spec.template.spec.volumes[name="istio-output-certs"]'],
    [['k:{"containerPort":80,"protocol":"TCP"}'], '[containerPort=80,protocol="TCP"]'],
  ])('spells %o as the API server does', (path, text) => {
    expect(applyPathOf(path)).toBe(text);
  });
});

describe('holds', () => {
  it.each([
    { name: 'finds the path itself', entries: [entry(MANAGER, [VOLUME_FIELDS])], held: true },
    {
      name: 'finds something below the path',
      entries: [entry(MANAGER, [`${VOLUME_FIELDS}\nf:emptyDir`])],
      held: true,
    },
    {
      name: 'does not find the path where only its parent is held',
      entries: [entry(MANAGER, ['f:spec\nf:template'])],
      held: false,
    },
    {
      name: 'does not find what another manager holds',
      entries: [entry('helm', [VOLUME_FIELDS])],
      held: false,
    },
    {
      name: 'finds what is held by Update',
      entries: [entry(MANAGER, [VOLUME_FIELDS], { operation: 'Update' })],
      held: true,
    },
    {
      name: 'does not find what is held through a subresource',
      entries: [entry(MANAGER, [VOLUME_FIELDS], { subresource: 'status' })],
      held: false,
    },
    { name: 'finds nothing without entries', entries: [], held: false },
  ])('$name', ({ entries, held }) => {
    expect(holdsPath(of(...entries), MANAGER, volume)).toBe(held);
  });
});

describe('isAppliedByOthers', () => {
  it.each([
    { name: 'the Apply of another manager', entries: [entry('argocd', [VOLUME_FIELDS])], others: true },
    {
      name: 'the Update of another manager',
      entries: [entry('kubectl-edit', [VOLUME_FIELDS], { operation: 'Update' })],
      others: false,
    },
    { name: 'our own Apply', entries: [entry(MANAGER, [VOLUME_FIELDS])], others: false },
  ])('is $others for $name', ({ entries, others }) => {
    expect(isAppliedByOthers(of(...entries), MANAGER, volume)).toBe(others);
  });
});

describe('lastWriteMs', () => {
  it('is the newest of our own entries whose time is known', () => {
    const at = (time: string) => ({ time });
    const object = of(
      entry(MANAGER, ['f:a'], at('2026-03-01T10:00:00Z')),
      entry(MANAGER, ['f:b'], { operation: 'Update', time: '2026-03-01T10:05:00Z' }),
      entry('helm', ['f:c'], at('2026-03-01T11:00:00Z')),
      entry(MANAGER, ['f:d'], at('')),
    );
    expect(lastWriteMs(object, MANAGER)).toBe(Date.parse('2026-03-01T10:05:00Z'));
  });

  it('is undefined where we never wrote', () => {
    expect(lastWriteMs(of(entry('helm', ['f:c'])), MANAGER)).toBeUndefined();
  });
});

describe('releaseOperations', () => {
  it('takes our entries out, the last first, guarded by the resourceVersion', () => {
    const object = of(
      entry(MANAGER, ['f:a']),
      entry('helm', ['f:b']),
      entry(MANAGER, ['f:c'], { operation: 'Update' }),
      entry(MANAGER, ['f:d'], { subresource: 'status' }),
    );
    expect(releaseOperations(object, MANAGER)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'remove', path: '/metadata/managedFields/2' },
      { op: 'remove', path: '/metadata/managedFields/0' },
    ]);
  });

  const annotations = { 'meshscrape.dev/original-tls-config': '{}' };
  const note = 'f:metadata\nf:annotations\nf:meshscrape.dev/original-tls-config';

  it('leaves an entry for our record alone where no other manager has one', () => {
    const managedFields = [entry(MANAGER, ['f:data', note], { operation: 'Update' })];
    expect(releaseOperations(statefulSet({ metadata: { annotations, managedFields } }), MANAGER)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [entry('meshscrape', [note], { operation: 'Update' })],
      },
    ]);
  });

  it('resets the entries where we keep no record either', () => {
    expect(releaseOperations(of(entry(MANAGER, ['f:data'])), MANAGER)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'replace', path: '/metadata/managedFields', value: [{}] },
    ]);
  });

  it('is empty where nothing is ours', () => {
    expect(releaseOperations(of(entry('helm', ['f:b'])), MANAGER)).toEqual([]);
  });
});

describe('pointer', () => {
  it('escapes a segment of a JSON pointer', () => {
    expect(pointer('meshscrape.dev/a~b')).toBe('meshscrape.dev~1a~0b');
  });
});
