import { describe, expect, it } from 'vitest';

import type { Pod, StatefulSet } from '../../../src/api/kubernetes.ts';
import { decideAdoption } from '../../../src/plan/hand-wiring/adoption.ts';
import { findTarget } from '../../../src/plan/workload/target.ts';
import { present, reads } from '../../support/answers.ts';
import { handMade, handWired } from '../../support/hand-wiring.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { podOf } from '../../support/pod.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

interface Given {
  readonly spec?: Parameters<typeof scrape>[0];
  readonly status?: object;
  readonly pods?: readonly Pod[];
  readonly text?: string;
}

function decide(of: StatefulSet, { spec = {}, status, pods, text = '' }: Given = {}) {
  const seen = snapshot({
    resource: scrape(spec, status === undefined ? {} : { status }),
    statefulSet: of,
    reads: { ...reads({ statefulSet: of }), ...(pods === undefined ? {} : { pods: present(pods) }) },
  });
  const target = findTarget(seen);
  if (target.kind === 'refused') throw new Error(target.refusal.message);
  return decideAdoption({ snapshot: seen, workload: target.workload, container: target.container }, text);
}

const OWN = {
  outputDirectory: '/etc/istio-output-certs',
  mountPath: '/etc/prom-certs',
  volumeName: 'istio-output-certs',
};
const THEIRS = {
  outputDirectory: '/etc/istio-certs',
  mountPath: '/etc/istio-certs',
  volumeName: 'own-certs',
};
const HAND = { outputDirectory: '/etc/istio-certs', mountPath: '/etc/hand-certs', volumeName: 'certs' };
const ADOPTED = { status: { certificates: { ...THEIRS, adopted: true } } };
const enforce = { manage: { workload: 'Enforce' } } as const;
const withoutProxy = (pod: Pod): Pod => ({
  ...pod,
  spec: { ...pod.spec, containers: pod.spec.containers.filter(({ name }) => name !== 'istio-proxy') },
});
const pathTo = (directory: string) => ({ name: 'OUTPUT_CERTS', value: directory });

describe('decideAdoption, of coherent wiring', () => {
  const mesh = podOf(handWired({ options: { annotations: { 'proxy.istio.io/config': '' } } }));
  const meshwide = {
    ...mesh,
    spec: {
      ...mesh.spec,
      containers: mesh.spec.containers.map((each) =>
        each.name === 'istio-proxy' ? { ...each, env: [pathTo('/etc/istio-certs')] } : each,
      ),
    },
  };
  const rows: { name: string; of: StatefulSet; given?: Given; paths: object; filled?: readonly string[] }[] =
    [
      { name: "Istio's recipe", of: handWired(), paths: THEIRS },
      {
        name: 'trailing slashes',
        of: handWired({ output: '/etc/istio-certs/', mounts: ['/etc/istio-certs/'] }),
        paths: THEIRS,
      },
      {
        name: 'a volume on disk',
        of: handWired({ volume: { name: 'own-certs', emptyDir: {} } }),
        paths: THEIRS,
      },
      {
        name: 'a directory below the mount',
        of: handWired({ output: '/etc/out/sub', proxyMount: '/etc/out', mounts: ['/etc/in'] }),
        paths: { outputDirectory: '/etc/out/sub', mountPath: '/etc/in/sub', volumeName: 'own-certs' },
        filled: ['/etc/in/sub'],
      },
      {
        name: 'the second of two mounts, which a job reads',
        of: handWired({ mounts: ['/etc/one', '/etc/two'] }),
        given: { text: 'ca_file: /etc/two/root-cert.pem' },
        paths: { ...THEIRS, mountPath: '/etc/two' },
        filled: ['/etc/one', '/etc/two'],
      },
      { name: 'a hand-made istio-proxy', of: handMade(), paths: HAND, filled: ['/etc/hand-certs'] },
      {
        name: 'a hand-made istio-proxy whose last entry counts',
        of: handMade({ env: [pathTo('/nowhere'), pathTo('/etc/istio-certs')] }),
        paths: HAND,
        filled: ['/etc/hand-certs'],
      },
      {
        name: 'a hand-made istio-proxy before an annotation that says otherwise',
        of: handMade(
          {},
          { annotations: { 'proxy.istio.io/config': 'proxyMetadata: {OUTPUT_CERTS: /other}' } },
        ),
        paths: HAND,
        filled: ['/etc/hand-certs'],
      },
      {
        name: 'OUTPUT_CERTS that the mesh sets, seen in a running pod',
        of: handWired({ options: { annotations: { 'proxy.istio.io/config': '' } } }),
        given: { pods: [meshwide] },
        paths: THEIRS,
      },
      {
        name: 'a spec that says the same',
        of: handWired(),
        given: { spec: { certificates: { volumeName: 'own-certs' } } },
        paths: THEIRS,
      },
      {
        name: 'a move by its owner',
        of: handWired({ output: '/etc/new', mounts: ['/etc/new'] }),
        given: ADOPTED,
        paths: { outputDirectory: '/etc/new', mountPath: '/etc/new', volumeName: 'own-certs' },
        filled: ['/etc/new'],
      },
    ];

  it.each(rows)('adopts $name', ({ of, given, paths, filled = ['/etc/istio-certs'] }) => {
    expect(decide(of, given)).toEqual({
      paths,
      filled,
      isAdopted: true,
      isInherited: true,
      refusal: undefined,
    });
  });

  const unwired = handWired({ options: { annotations: { 'proxy.istio.io/config': '' } } });
  it.each([
    { name: 'none runs', pods: [] },
    { name: 'the last one has failed', pods: [{ ...podOf(unwired), status: { phase: 'Failed' } }] },
    { name: 'the only one has no istio-proxy', pods: [withoutProxy(podOf(unwired))] },
  ])('keeps what it adopted from the mesh while no pod can say, since $name', ({ pods }) => {
    const kept = { paths: THEIRS, isAdopted: true, refusal: undefined };
    expect(decide(unwired, { ...ADOPTED, pods })).toMatchObject(kept);
  });

  it('calls it lost as soon as a pod of the mesh runs without OUTPUT_CERTS', () => {
    expect(decide(unwired, { ...ADOPTED, pods: [podOf(unwired)] }).refusal?.reason).toBe('AdoptedWiringLost');
  });

  it.each([
    {
      name: 'manage.workload Enforce, under the names that are there',
      spec: enforce,
      paths: THEIRS,
      kept: true,
    },
    {
      name: 'a spec that disagrees, which is an order',
      spec: { certificates: { outputDirectory: '/etc/mine' } },
      paths: { ...THEIRS, outputDirectory: '/etc/mine' },
      kept: false,
    },
  ])('completes it in place for $name', ({ spec, paths, kept }) => {
    const filled = kept ? ['/etc/istio-certs'] : [];
    expect(decide(handWired(), { spec })).toMatchObject({
      paths,
      filled,
      isAdopted: false,
      isInherited: true,
      foreign: THEIRS,
    });
  });

  it.each([
    { name: 'a record', of: wired() },
    {
      name: 'an entry of another resource in managedFields',
      of: wired({
        metadata: { annotations: {}, managedFields: [entry('meshscrape.app-metrics.other', OUR_FIELDS)] },
      }),
    },
    {
      name: 'our own entry',
      of: wired({ metadata: { annotations: {}, managedFields: [entry(MANAGER, OUR_FIELDS)] } }),
    },
  ])('keeps what bears $name as ours', ({ of }) => {
    expect(decide(of)).toEqual({
      paths: OWN,
      filled: ['/etc/prom-certs'],
      isAdopted: false,
      isInherited: false,
      refusal: undefined,
    });
  });

  const metadata = { annotations: { 'meshscrape.dev/original-template': '{}' } };
  const handed = handWired({ options: { metadata } });
  const applied = handWired({ options: { metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] } } });
  const names: { name: string; of: StatefulSet; given: Given; paths: object; inherited: boolean }[] = [
    { name: 'of a resource before it', of: handed, given: {}, paths: THEIRS, inherited: true },
    {
      name: 'that it took over',
      of: applied,
      given: { status: { certificates: { ...THEIRS, inherited: true } } },
      paths: THEIRS,
      inherited: true,
    },
    { name: 'of a template whose status was lost', of: applied, given: {}, paths: THEIRS, inherited: true },
    {
      name: 'by default once spec does not say another any more',
      of: applied,
      given: { status: { certificates: { ...THEIRS, inherited: false } } },
      paths: OWN,
      inherited: false,
    },
  ];
  it.each(names)('uses the names $name', ({ of, given, paths, inherited }) => {
    expect(decide(of, given)).toMatchObject({ paths, isInherited: inherited, isAdopted: false });
  });
});

describe('decideAdoption, of what does not fit', () => {
  const secret = { name: 'own-certs', secret: { secretName: 'x' } };
  const rows: { name: string; of: StatefulSet; reason: string; says: string; given?: Given }[] = [
    {
      name: 'OUTPUT_CERTS that no mount carries',
      of: handWired({ proxyMount: '/elsewhere' }),
      reason: 'WiringIncoherent',
      says: 'mounts nothing there',
    },
    {
      name: 'a read-only target',
      of: handWired({ proxyReadOnly: true }),
      reason: 'WiringIncoherent',
      says: 'read-only',
    },
    {
      name: 'a secret as the target',
      of: handWired({ volume: secret }),
      reason: 'WiringIncoherent',
      says: 'made from secret',
    },
    {
      name: 'a volume that Prometheus does not mount',
      of: handWired({ mounts: [] }),
      reason: 'WiringIncoherent',
      says: 'container prometheus does not mount',
    },
    {
      name: 'the directory that the agent serves from',
      of: handWired({ output: '/var/run/secrets/workload-spiffe-credentials' }),
      reason: 'WiringIncoherent',
      says: 'so it writes none',
    },
    {
      name: 'a hand-made istio-proxy without OUTPUT_CERTS',
      of: handMade({ env: [] }),
      reason: 'ProxyContainerInTemplate',
      says: 'sets no OUTPUT_CERTS',
    },
    {
      name: 'a hand-made istio-proxy, whatever manage.workload says of completing it',
      of: handMade({ env: [] }),
      given: { spec: enforce },
      reason: 'ProxyContainerInTemplate',
      says: 'take the container out',
    },
    {
      name: 'an istio-proxy of its own that computes OUTPUT_CERTS',
      of: handMade({ env: [{ name: 'OUTPUT_CERTS', valueFrom: {} }] }),
      reason: 'ProxyContainerInTemplate',
      says: 'valueFrom',
    },
    {
      name: 'an istio-proxy of its own that writes where nothing is mounted',
      of: handMade({ volumeMounts: [] }),
      reason: 'ProxyContainerInTemplate',
      says: 'sets OUTPUT_CERTS to /etc/istio-certs',
    },
    {
      name: 'adopted wiring whose annotation is gone',
      of: statefulSet({ metadata: { managedFields: [entry('kubectl-edit', ['f:spec'])] } }),
      given: ADOPTED,
      reason: 'AdoptedWiringLost',
      says: 'last written by kubectl-edit',
    },
    {
      name: 'adopted wiring whose mount is gone',
      of: handWired({ mounts: [] }),
      given: ADOPTED,
      reason: 'AdoptedWiringLost',
      says: 'container prometheus does not mount',
    },
  ];

  it.each(rows)('refuses $name', ({ of, given, reason, says }) => {
    const { refusal } = decide(of, given);
    expect(refusal).toEqual({ reason, message: expect.stringContaining(says) as string, stalled: true });
  });

  it.each([
    { name: 'nothing wired at all', of: statefulSet(), given: {} },
    { name: 'an overlay of the injected proxy', of: handMade({ image: 'auto', env: [] }), given: {} },
    {
      name: 'incoherent wiring that manage.workload completes',
      of: handWired({ mounts: [] }),
      given: { spec: enforce },
    },
    {
      name: 'adopted wiring that manage.workload completes',
      of: statefulSet(),
      given: { spec: enforce, ...ADOPTED },
    },
    {
      name: 'what manage.workload ignores',
      of: handMade({ env: [] }),
      given: { spec: { manage: { workload: 'Ignore' } } },
    },
  ] satisfies { name: string; of: StatefulSet; given: Given }[])('does not refuse $name', ({ of, given }) => {
    expect(decide(of, given)).toMatchObject({ isAdopted: false, refusal: undefined });
  });

  it('completes lost wiring under the names that were adopted', () => {
    expect(decide(statefulSet(), { spec: enforce, ...ADOPTED }).paths).toEqual(THEIRS);
  });
});
