import { describe, expect, it } from 'vitest';
import { isOurs, planOwned, type DesiredObject } from '../../../src/plan/mesh-policy/owned-object.ts';
import { differs, fingerprint } from '../../../src/plan/model/field.ts';
import { entry } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';

const desired: DesiredObject = {
  part: 'peerAuthentication',
  apiVersion: 'security.istio.io/v1beta1',
  kind: 'PeerAuthentication',
  gates: true,
  purpose: 'for a test',
  spec: { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'DISABLE' } },
};
const selector = { matchLabels: { app: 'prometheus' } };
const mtls = { mode: 'DISABLE' };
const metadata = {
  name: 'meshscrape-prometheus',
  namespace: 'app-metrics',
  labels: { 'app.kubernetes.io/managed-by': 'meshscrape', 'meshscrape.dev/resource': 'prometheus' },
  annotations: { 'meshscrape.dev/resource-uid': 'uid-resource' },
};
const target = {
  apiVersion: 'security.istio.io/v1beta1',
  kind: 'PeerAuthentication',
  namespace: 'app-metrics',
  name: 'meshscrape-prometheus',
};
const rest = { target, stage: 1, gates: true, fieldManager: MANAGER };

describe('planOwned', () => {
  it('creates what is missing, without force', () => {
    const plan = planOwned(scrape(), desired, undefined);
    expect(plan.action).toEqual({
      ...rest,
      kind: 'ApplyOwned',
      force: false,
      reason: 'Create PeerAuthentication for a test',
      body: {
        apiVersion: 'security.istio.io/v1beta1',
        kind: 'PeerAuthentication',
        metadata,
        spec: { selector, mtls },
      },
    });
    expect(
      plan.fields.map(({ path, expected, actual, wasInSync }) => [path, expected, actual, wasInSync]),
    ).toEqual([
      ['metadata.labels[meshscrape.dev/resource]', 'prometheus', undefined, false],
      ['metadata.annotations[meshscrape.dev/resource-uid]', 'uid-resource', undefined, false],
      ['spec.selector', '{"matchLabels":{"app":"prometheus"}}', undefined, false],
      ['spec.mtls', '{"mode":"DISABLE"}', undefined, false],
    ]);
  });

  it('sets no ownerReference, which a foreground deletion would follow', () => {
    expect(JSON.stringify(planOwned(scrape(), desired, undefined).action)).not.toContain('ownerReferences');
  });

  it('writes nothing where all is in sync, whatever the order of keys', () => {
    const plan = planOwned(scrape(), desired, owned('PeerAuthentication', { mtls, selector }));
    expect([plan.fields.filter(differs), plan.action, plan.refusal]).toEqual([[], undefined, undefined]);
  });

  it('never adopts an object of our name that it did not create', () => {
    const live = owned('PeerAuthentication', undefined, { labels: {}, annotations: {} });
    expect(planOwned(scrape(), desired, live)).toEqual({
      fields: [],
      action: undefined,
      refusal: {
        reason: 'NameTaken',
        stalled: true,
        message:
          'PeerAuthentication/meshscrape-prometheus exists and was not created by meshscrape (label meshscrape.dev/resource is missing): give this resource another name, or rename or delete that one',
      },
    });
  });

  const applies = {
    ...rest,
    kind: 'ApplyOwned',
    force: true,
    body: {
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'PeerAuthentication',
      metadata: { ...metadata, uid: 'uid-PeerAuthentication', resourceVersion: '3' },
      spec: { selector, mtls },
    },
  };
  const patches = {
    ...rest,
    kind: 'PatchObject',
    release: false,
    operations: [
      { op: 'replace', path: '/metadata/resourceVersion', value: '3' },
      { op: 'add', path: '/spec', value: { selector, mtls } },
    ],
  };
  const rows = [
    {
      name: 'a changed value by a forced apply of what was seen',
      live: owned('PeerAuthentication', { selector, mtls: { mode: 'STRICT' } }),
      paths: ['spec.mtls'],
      action: applies,
    },
    {
      name: 'a missing field by apply',
      live: owned('PeerAuthentication', { selector }),
      paths: ['spec.mtls'],
      action: applies,
    },
    {
      name: 'a spec that does not exist by apply',
      live: { ...owned('PeerAuthentication'), spec: {} },
      paths: ['spec.selector', 'spec.mtls'],
      action: applies,
    },
    {
      name: 'a missing label by apply (the uid still shows that it is ours)',
      live: owned('PeerAuthentication', undefined, { labels: {} }),
      paths: ['metadata.labels[meshscrape.dev/resource]'],
      action: applies,
    },
    {
      name: 'a missing uid annotation by apply',
      live: owned('PeerAuthentication', undefined, { annotations: {} }),
      paths: ['metadata.annotations[meshscrape.dev/resource-uid]'],
      action: applies,
    },
    {
      name: 'a foreign field beside ours by a JSON patch of the spec, since apply cannot take it away',
      live: owned('PeerAuthentication', { selector, mtls, portLevelMtls: { 9090: { mode: 'STRICT' } } }),
      paths: ['spec.portLevelMtls'],
      action: patches,
    },
    {
      name: 'a foreign key inside a field of ours by a JSON patch',
      live: owned('PeerAuthentication', {
        selector: { matchLabels: { app: 'prometheus', extra: 'yes' } },
        mtls,
      }),
      paths: ['spec.selector'],
      action: patches,
    },
  ];
  it.each(rows)('corrects $name', ({ live, paths, action }) => {
    const plan = planOwned(scrape(), desired, live);
    expect(plan.fields.filter(differs).map(({ path }) => path)).toEqual(paths);
    expect(plan.fields.filter(differs).map(({ wasInSync }) => wasInSync)).toEqual(paths.map(() => true));
    expect(plan.action).toEqual({
      ...action,
      reason: `Correct ${paths.join(', ')} of PeerAuthentication for a test`,
    });
  });

  const hash = fingerprint(planOwned(scrape(), desired, undefined).fields);
  const wrong = owned('PeerAuthentication', { selector, mtls: { mode: 'STRICT' } });
  it.each([
    {
      name: 'counts an object that was in sync and does not exist any more as drift',
      live: undefined,
      status: { lastInSync: { peerAuthentication: hash } },
      drift: true,
    },
    {
      name: 'counts an object that was in sync under another spec and does not exist any more as pending',
      live: undefined,
      status: { lastInSync: { peerAuthentication: 'x' } },
      drift: false,
    },
    {
      name: 'counts a difference as drift where status was lost, since the object was in sync when created',
      live: wrong,
      status: {},
      drift: true,
    },
    {
      name: 'counts a difference as drift where the object was in sync',
      live: wrong,
      status: { lastInSync: { peerAuthentication: hash } },
      drift: true,
    },
    {
      name: 'counts a difference as pending where spec has changed since',
      live: wrong,
      status: { lastInSync: { peerAuthentication: 'x' } },
      drift: false,
    },
  ])('$name', ({ live, status, drift }) => {
    const plan = planOwned(scrape({}, { status }), desired, live);
    const wasInSync = plan.fields.filter(differs).map((field) => field.wasInSync);
    expect(new Set(wasInSync)).toEqual(new Set([drift]));
  });
});

describe('isOurs', () => {
  const none = { labels: {}, annotations: {} };
  it.each([
    {
      name: 'knows an object by its label',
      metadata: { ...none, labels: { 'meshscrape.dev/resource': 'prometheus' } },
      ours: true,
    },
    {
      name: 'knows an object by the uid in its annotation',
      metadata: { ...none, annotations: { 'meshscrape.dev/resource-uid': 'uid-resource' } },
      ours: true,
    },
    {
      name: 'knows an object by its manager',
      metadata: { ...none, managedFields: [entry(MANAGER, ['f:metadata\nf:labels\nf:x'])] },
      ours: true,
    },
    {
      name: 'does not know an object by the label of another resource',
      metadata: { ...none, labels: { 'meshscrape.dev/resource': 'other' } },
      ours: false,
    },
    {
      name: 'does not know an object by another manager',
      metadata: { ...none, managedFields: [entry('kubectl', ['f:metadata\nf:labels\nf:x'])] },
      ours: false,
    },
    { name: 'does not know an object without any mark', metadata: none, ours: false },
  ])('$name', ({ metadata: marks, ours }) => {
    expect(isOurs(owned('Sidecar', undefined, marks), scrape())).toBe(ours);
  });
});
