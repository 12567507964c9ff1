import { describe, expect, it } from 'vitest';
import { itemsOf } from '../../../src/plan/model/observed.ts';
import { statefulSetWorkload } from '../../../src/plan/workload/stateful-set.ts';
import type { Container, Pod, Volume } from '../../../src/api/kubernetes.ts';
import { usedSecrets } from '../../../src/plan/stale-secrets/uses.ts';
import { present } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const TEMPLATE = 'spec.template.spec';
const use = (kind: string, path: string, name = 'prometheus') => ({ kind, name, path });

function workload(volumes: readonly Volume[], containers: readonly Container[]) {
  return statefulSet({ spec: { template: { spec: { containers, volumes } } } });
}

function used(options: {
  of?: ReturnType<typeof statefulSet>;
  pods?: readonly Pod[];
  files?: readonly { path: string; file: string; configMap?: string }[];
}) {
  const { of = statefulSet(), pods = [], files = [] } = options;
  const [container] = of.spec.template.spec.containers;
  if (container === undefined) throw new Error('no container');
  const seen = statefulSetWorkload(of, present(pods));
  return usedSecrets({ workload: seen, container, pods: itemsOf(seen.pods), configMap: 'config', files });
}

/** What the injector of Istio adds to a pod where mountMtlsCerts is set. */
function injected(change: { volume?: Partial<Volume>; account?: string; mountedBy?: string } = {}): Pod {
  const pod = podOf(workload([], [{ name: 'prometheus' }]));
  const volume = { name: 'istio-certs', secret: { secretName: 'istio.default', optional: true } };
  const mountedBy = change.mountedBy ?? 'istio-proxy';
  return {
    ...pod,
    spec: {
      ...pod.spec,
      serviceAccountName: change.account ?? 'default',
      volumes: [{ ...volume, ...change.volume }],
      containers: pod.spec.containers.map((each) =>
        each.name === mountedBy
          ? {
              ...each,
              volumeMounts: [{ name: change.volume?.name ?? 'istio-certs', mountPath: '/etc/certs' }],
            }
          : each,
      ),
    },
  };
}

describe('usedSecrets', () => {
  it('lists volume and every mount of the template, of every container', () => {
    const mount = { name: 'v', mountPath: '/v' };
    const of = statefulSet({
      spec: {
        template: {
          spec: {
            volumes: [{ name: 'v', secret: { secretName: 's', optional: true } }],
            containers: [
              { name: 'a', volumeMounts: [mount] },
              { name: 'b', volumeMounts: [mount] },
            ],
            initContainers: [{ name: 'i', volumeMounts: [mount] }],
          },
        },
      },
    });
    expect(used({ of })).toEqual([
      {
        secret: 's',
        optional: true,
        uses: [
          use('StatefulSet', `${TEMPLATE}.volumes[name=v]`),
          use('StatefulSet', `${TEMPLATE}.initContainers[name=i].volumeMounts[mountPath=/v]`),
          use('StatefulSet', `${TEMPLATE}.containers[name=a].volumeMounts[mountPath=/v]`),
          use('StatefulSet', `${TEMPLATE}.containers[name=b].volumeMounts[mountPath=/v]`),
        ],
      },
    ]);
  });

  it('lists the parts of a projected volume, required unless they say otherwise', () => {
    const sources = [
      { configMap: { name: 'x' } },
      { secret: { name: 'b', optional: true } },
      { secret: { name: 'a' } },
    ];
    const of = workload([{ name: 'v', projected: { sources } }], [{ name: 'prometheus' }]);
    expect(used({ of }).map(({ secret, optional }) => [secret, optional])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('calls a secret required if one of its volumes is', () => {
    const volumes = [true, false].map((optional, index) => ({
      name: `v${index}`,
      secret: { secretName: 's', optional },
    }));
    expect(used({ of: workload(volumes, [{ name: 'prometheus' }]) })).toMatchObject([{ optional: false }]);
  });

  it('lists a job once, whichever of its files lie there, and nothing that lies elsewhere', () => {
    const files = ['root-cert.pem', 'key.pem'].map((file) => ({
      path: 'scrape_configs[a]',
      file: `/etc/certs/${file}`,
    }));
    const [secret] = used({
      files: [
        ...files,
        { path: 'remote_write[0].tls_config.ca_file', file: '/etc/certs/root-cert.pem' },
        { path: 'scrape_configs[b]', file: '/etc/certs-of-others/key.pem' },
        { path: 'scrape_configs[c]', file: '/etc/prometheus/key.pem' },
        { path: 'data[d].scrape_configs[e]', file: '/etc/certs/key.pem', configMap: 'another' },
      ],
    });
    expect(secret?.uses.filter(({ kind }) => kind === 'ConfigMap')).toEqual([
      use('ConfigMap', 'scrape_configs[a]', 'config'),
      use('ConfigMap', 'remote_write[0].tls_config.ca_file', 'config'),
      use('ConfigMap', 'data[d].scrape_configs[e]', 'another'),
    ]);
  });

  it('lists a running pod, also where the template has no such volume any more', () => {
    const old = podOf(statefulSet());
    const of = workload([], [{ name: 'prometheus' }]);
    expect(used({ of, pods: [old] })).toEqual([
      {
        secret: 'istio.default',
        optional: true,
        uses: [use('Pod', 'spec.volumes[name=istio-certs]', 'prometheus-0')],
      },
    ]);
  });

  const bare = workload([], [{ name: 'prometheus' }]);
  const old = podOf(statefulSet());
  const mounts = [{ name: 'istio-certs', mountPath: '/etc/certs' }];
  const native = injected({ mountedBy: 'nobody' });
  const injectedNatively: Pod = {
    ...native,
    spec: { ...native.spec, initContainers: [{ name: 'istio-proxy', volumeMounts: mounts }] },
  };
  const rows: readonly { name: string; pod: Pod; found: boolean }[] = [
    {
      name: 'does not list a pod that has failed',
      pod: { ...old, status: { phase: 'Failed' } },
      found: false,
    },
    {
      name: 'does not list a pod that has succeeded',
      pod: { ...old, status: { phase: 'Succeeded' } },
      found: false,
    },
    {
      name: "does not list the injector's own mount in a native sidecar",
      pod: injectedNatively,
      found: false,
    },
    {
      name: 'lists a secret that another init container mounts beside the proxy',
      pod: {
        ...injectedNatively,
        spec: {
          ...injectedNatively.spec,
          initContainers: [
            ...(injectedNatively.spec.initContainers ?? []),
            { name: 'init', volumeMounts: mounts },
          ],
        },
      },
      found: true,
    },
    {
      name: "does not list another workload's pod",
      pod: { ...old, metadata: { ...old.metadata, ownerReferences: [] } },
      found: false,
    },
    { name: "does not list the injector's own mount", pod: injected(), found: false },
    {
      name: "does not list the injector's own mount of another account",
      pod: injected({ account: 'p', volume: { secret: { secretName: 'istio.p', optional: true } } }),
      found: false,
    },
    {
      name: 'lists the secret of an account that is not that of the pod',
      pod: injected({ volume: { secret: { secretName: 'istio.p', optional: true } } }),
      found: true,
    },
    {
      name: 'lists a secret that Prometheus mounts',
      pod: injected({ mountedBy: 'prometheus' }),
      found: true,
    },
    { name: 'lists a secret that no container mounts', pod: injected({ mountedBy: 'nobody' }), found: true },
    {
      name: 'lists a required secret',
      pod: injected({ volume: { secret: { secretName: 'istio.default' } } }),
      found: true,
    },
    {
      name: 'lists a secret of another volume name',
      pod: injected({ volume: { name: 'mine' } }),
      found: true,
    },
  ];
  it.each(rows)('$name', ({ pod, found }) => {
    expect(used({ of: bare, pods: [pod] })).toHaveLength(found ? 1 : 0);
  });
});

describe('usedSecrets, of one secret', () => {
  it('lists each pod, each volume and each job of its own', () => {
    const pods = ['prometheus-0', 'prometheus-1'].map((name) => podOf(statefulSet(), { name }));
    const files = ['a', 'b'].map((job) => ({
      ...{ path: `scrape_configs[${job}]`, file: '/etc/certs/key.pem' },
    }));
    const [secret] = used({ pods, files });
    expect(secret?.uses).toEqual([
      use('StatefulSet', `${TEMPLATE}.volumes[name=istio-certs]`),
      use('StatefulSet', `${TEMPLATE}.containers[name=prometheus].volumeMounts[mountPath=/etc/certs]`),
      use('ConfigMap', 'scrape_configs[a]', 'config'),
      use('ConfigMap', 'scrape_configs[b]', 'config'),
      use('Pod', 'spec.volumes[name=istio-certs]', 'prometheus-0'),
      use('Pod', 'spec.volumes[name=istio-certs]', 'prometheus-1'),
    ]);
  });
});
