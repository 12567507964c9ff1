import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet, Volume, VolumeMount } from '../../../src/api/kubernetes.ts';
import { fileSources } from '../../../src/plan/config/legacy-directories.ts';
import { present, reads } from '../../support/answers.ts';
import { handWired } from '../../support/hand-wiring.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const flatWord = (flat: boolean | undefined) => (flat === true ? ' flat' : '');

/** What is mounted beside the configuration and the secret of the legacy Prometheus. */
function mounts(
  volume: Volume | undefined,
  mount: Partial<VolumeMount> = {},
  seen = reads(),
): readonly string[] {
  const of = statefulSet({
    volumes: volume === undefined ? [] : [volume],
    mounts: [{ name: 'v', mountPath: '/m/', ...mount }],
  });
  return fileSources(subject({ statefulSet: present(of), reads: seen }))
    .mounts.map(({ directory, source, flat }) => `${directory} ${source}${flatWord(flat)}`)
    .slice(2);
}

describe('fileSources, of mounts', () => {
  const citadel = { secret: { name: 'istio.default' } };
  const roots = { configMap: { name: 'istio-ca-root-cert' } };
  const projected = (...sources: readonly object[]): Volume => ({ name: 'v', projected: { sources } });
  const rows: readonly {
    name: string;
    volume: Volume | undefined;
    mount?: Partial<VolumeMount>;
    are: string[];
  }[] = [
    {
      name: 'a secret of Citadel',
      volume: { name: 'v', secret: { secretName: 'istio.prometheus' } },
      are: ['/m Citadel flat'],
    },
    {
      name: 'another secret',
      volume: { name: 'v', secret: { secretName: 'etcd-client' } },
      are: ['/m Other flat'],
    },
    {
      name: 'a ConfigMap in whose items are directories',
      volume: { name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: 'a/b' }] } },
      are: ['/m Other'],
    },
    {
      name: 'a secret whose items are files',
      volume: { name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: 'a' }] } },
      are: ['/m Other flat'],
    },
    {
      name: 'a ConfigMap',
      volume: { name: 'v', configMap: { name: 'istio.default' } },
      are: ['/m Other flat'],
    },
    { name: 'a claim, which the template does not declare', volume: undefined, are: ['/m Other'] },
    { name: 'a CSI volume', volume: { name: 'v', csi: {} }, are: ['/m Other'] },
    {
      name: 'memory that istio-proxy does not fill',
      volume: { name: 'v', emptyDir: { medium: 'Memory' } },
      are: ['/m EmptyDir'],
    },
    { name: 'disk', volume: { name: 'v', emptyDir: {} }, are: ['/m EmptyDir'] },
    { name: 'a volume of nothing but such secrets', volume: projected(citadel), are: ['/m Citadel'] },
    { name: 'a volume of other things', volume: projected(roots), are: ['/m Other'] },
    {
      name: 'a volume of both, its three files apart',
      volume: projected(roots, citadel),
      are: ['/m Other', '/m/root-cert.pem Citadel', '/m/cert-chain.pem Citadel', '/m/key.pem Citadel'],
    },
    {
      name: 'a volume of both, the files as items call them',
      volume: projected(
        { secret: { name: 'istio.default', items: [{ key: 'key.pem', path: 'a/b' }] } },
        roots,
      ),
      are: ['/m Other', '/m/a/b Citadel'],
    },
    {
      name: 'one file of both, by its subPath',
      volume: projected(roots, citadel),
      mount: { mountPath: '/m/tls.key', subPath: 'key.pem' },
      are: ['/m/tls.key Other', '/m/tls.key Citadel'],
    },
    {
      name: 'a directory of both, by its subPath',
      volume: projected(
        { secret: { name: 'istio.default', items: [{ key: 'key.pem', path: 'a/b' }] } },
        roots,
      ),
      mount: { subPath: 'a/' },
      are: ['/m Other', '/m/b Citadel'],
    },
    {
      name: 'a volume of both, by a path that nobody knows',
      volume: projected(roots, citadel),
      mount: { subPathExpr: '$(POD)' },
      are: ['/m Other'],
    },
  ];
  it.each(rows)('knows $name', ({ volume, mount, are }) => {
    expect(mounts(volume, mount)).toEqual(are);
  });

  it('knows a secret of Citadel by its type where that was read', () => {
    const volume = { name: 'v', secret: { secretName: 'renamed' } };
    const typed = (type: string) => reads({ secretTypes: { renamed: present(type) } });
    expect(mounts(volume, {}, typed('istio.io/key-and-cert'))).toEqual(['/m Citadel flat']);
    expect(mounts(volume, {}, typed('Opaque'))).toEqual(['/m Other flat']);
  });
});

describe('fileSources, of what istio-proxy fills', () => {
  it('goes before the mounts', () => {
    const filled = { ...subject(), filled: ['/etc/certs', '/m/deep'] };
    expect(fileSources(filled).mounts).toEqual([
      { directory: '/etc/certs', source: 'Certificates' },
      { directory: '/m/deep', source: 'Certificates' },
      { directory: '/etc/prometheus', source: 'Other', flat: true },
      { directory: '/etc/certs', source: 'Citadel', flat: true },
    ]);
  });
});

describe('fileSources, of legacy directories', () => {
  it('gives those of spec, and those of the record, each once', () => {
    const of = subject({ resource: scrape({ config: { legacyDirectories: ['/a', '/b'] } }) });
    expect(fileSources(of, ['/b', '/c']).legacyDirectories).toEqual(['/a', '/b', '/c']);
    expect(fileSources(of).legacyDirectories).toEqual(['/a', '/b']);
  });
});

describe('fileSources, of an emptyDir that Prometheus mounts', () => {
  const own = { name: 'v', emptyDir: {} };
  const mount = { name: 'v', mountPath: '/c' };
  const filler = { name: 'helper', volumeMounts: [mount] };
  const filledOf = (of: StatefulSet, spec: Parameters<typeof scrape>[0] = {}, pods?: readonly Pod[]) =>
    fileSources(
      subject({
        resource: scrape(spec),
        statefulSet: of,
        reads: { ...reads({ statefulSet: of }), ...(pods === undefined ? {} : { pods: present(pods) }) },
      }),
    ).legacyDirectories.filter((directory) => !['/etc/certs', '/etc/istio-certs'].includes(directory));
  const bare = statefulSet({ volumes: [own], mounts: [mount] });
  const wiredByHand = handWired({ output: '/out', mounts: ['/c'] });
  const withPod = podOf(bare);
  const rows: { name: string; found: readonly string[]; want: readonly string[] }[] = [
    { name: 'takes it for legacy where no other container mounts it', found: filledOf(bare), want: ['/c'] },
    {
      name: 'leaves it where another container mounts it',
      found: filledOf(statefulSet({ volumes: [own], mounts: [mount], containers: [filler] })),
      want: [],
    },
    {
      name: 'leaves it where a container of a running pod mounts it',
      found: filledOf(bare, {}, [
        { ...withPod, spec: { ...withPod.spec, containers: [...withPod.spec.containers, filler] } },
      ]),
      want: [],
    },
    { name: 'leaves what istio-proxy fills', found: filledOf(wiredByHand), want: [] },
    {
      name: 'takes for legacy what istio-proxy fills and our own write moves elsewhere',
      found: filledOf(wiredByHand, { certificates: { outputDirectory: '/elsewhere' } }),
      want: ['/c'],
    },
  ];
  it.each(rows)('$name', ({ found, want }) => {
    expect(found).toEqual(want);
  });
});
