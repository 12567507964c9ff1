import { describe, expect, it } from 'vitest';
import type { Container, PodSpec, Volume, VolumeMount } from '../../../src/api/kubernetes.ts';
import type { ConfigMapSpec } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import { resolveConfigSource } from '../../../src/plan/config/source.ts';

interface Given {
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly mounts?: readonly VolumeMount[];
  readonly volumes?: readonly Volume[];
  readonly others?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly named?: ConfigMapSpec;
}

const FLAG = ['--config.file=/etc/prometheus/prometheus.yaml'];
const MOUNT = { name: 'config', mountPath: '/etc/prometheus' };
const VOLUME = { name: 'config', configMap: { name: 'prom' } };
const OUT = { name: 'out', mountPath: '/etc/config_out' };

function resolve({
  args = FLAG,
  command,
  mounts = [MOUNT],
  volumes = [VOLUME],
  others = [],
  initContainers,
  named = {},
}: Given) {
  const container: Container = {
    name: 'prometheus',
    args,
    volumeMounts: mounts,
    ...(command === undefined ? {} : { command }),
  };
  const pod: PodSpec = {
    containers: [container, ...others],
    volumes,
    ...(initContainers === undefined ? {} : { initContainers }),
  };
  return resolveConfigSource(pod, container, named);
}

const plain = {
  kind: 'resolved',
  configMap: 'prom',
  key: 'prometheus.yaml',
  directory: '/etc/prometheus',
  items: undefined,
  inferred: false,
  restartNeeded: false,
};
const reloader = (input: string, output: string): Container => ({
  name: 'config-reloader',
  args: [`--config-file=${input}`, `--config-envsubst-file=${output}`],
  volumeMounts: [{ name: 'config', mountPath: '/etc/template' }, OUT],
});
const rendered: Given = {
  args: ['--config.file=/etc/config_out/prometheus.yaml'],
  mounts: [OUT],
  volumes: [VOLUME, { name: 'out', emptyDir: {} }],
};

describe('resolveConfigSource', () => {
  const rows: { name: string; given: Given; source: object }[] = [
    { name: '--config.file=X', given: {}, source: plain },
    {
      name: '--config.file X',
      given: { args: ['--web.enable-lifecycle', '--config.file', '/etc/prometheus/prometheus.yaml'] },
      source: plain,
    },
    {
      name: 'the flag in command',
      given: { args: [], command: ['/bin/prometheus', ...FLAG] },
      source: plain,
    },
    {
      name: 'the flag as a word of its own behind a shell',
      given: { command: ['sh', '-c', 'exec prometheus "$@"', '--'] },
      source: plain,
    },
    {
      name: 'the ConfigMap and key of spec behind a shell, with the directory of its mount',
      given: {
        command: ['sh', '-c', 'prometheus --config.file=/conf/p.yml'],
        args: [],
        mounts: [{ name: 'config', mountPath: '/conf/' }],
        named: { name: 'prom', key: 'p.yml' },
      },
      source: { ...plain, key: 'p.yml', directory: '/conf', inferred: true },
    },
    {
      name: 'no flag: the default of the image, inferred',
      given: { args: [] },
      source: { ...plain, key: 'prometheus.yml', inferred: true },
    },
    {
      name: 'a mount path with a trailing slash',
      given: { mounts: [{ name: 'config', mountPath: '/etc/prometheus/' }] },
      source: plain,
    },
    {
      name: 'the deepest of two mounts',
      given: { mounts: [{ name: 'other', mountPath: '/etc' }, MOUNT] },
      source: plain,
    },
    {
      name: 'items: the key under its path',
      given: {
        volumes: [
          { name: 'config', configMap: { name: 'prom', items: [{ key: 'main', path: 'prometheus.yaml' }] } },
        ],
      },
      source: { ...plain, key: 'main', items: { 'prometheus.yaml': 'main' } },
    },
    {
      name: 'items in a directory',
      given: {
        args: ['--config.file=/etc/prometheus/a/p.yaml'],
        volumes: [
          { name: 'config', configMap: { name: 'prom', items: [{ key: 'main', path: 'a/p.yaml' }] } },
        ],
      },
      source: { ...plain, key: 'main', directory: '/etc/prometheus/a', items: { 'a/p.yaml': 'main' } },
    },
    {
      name: 'a template that config-reloader renders: its input',
      given: { ...rendered, others: [reloader('/etc/template/in.yaml', '/etc/config_out/prometheus.yaml')] },
      source: { ...plain, key: 'in.yaml', directory: '/etc/template' },
    },
    {
      name: 'a template that an init container renders',
      given: {
        ...rendered,
        initContainers: [reloader('/etc/template/in.yaml', '/etc/config_out/prometheus.yaml')],
      },
      source: { ...plain, key: 'in.yaml', directory: '/etc/template' },
    },
    {
      name: 'a template that Thanos renders',
      given: {
        ...rendered,
        others: [
          {
            name: 'thanos',
            args: [
              'sidecar',
              '--reloader.config-file',
              '/etc/template/in.yaml',
              '--reloader.config-envsubst-file',
              '/etc/config_out/prometheus.yaml',
            ],
            volumeMounts: [{ name: 'config', mountPath: '/etc/template' }],
          },
        ],
      },
      source: { ...plain, key: 'in.yaml', directory: '/etc/template' },
    },
    {
      name: 'a name of spec over the one that is mounted',
      given: { named: { name: 'mine' } },
      source: { ...plain, configMap: 'mine' },
    },
    { name: 'a key of spec', given: { named: { key: 'k.yaml' } }, source: { ...plain, key: 'k.yaml' } },
    {
      name: 'subPath with a name of spec: used, but edits never arrive in a running pod',
      given: {
        mounts: [{ name: 'config', mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'main.yaml' }],
        named: { name: 'prom' },
      },
      source: { ...plain, key: 'main.yaml', restartNeeded: true },
    },
    ...[
      {
        name: 'by subPath, from a projected volume',
        mounts: [{ ...MOUNT, mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'p.yaml' }],
        volumes: [{ name: 'config', projected: { sources: [{ configMap: { name: 'mine' } }] } }],
        restartNeeded: true,
      },
      {
        name: 'by subPath, from items that leave the file out',
        mounts: [{ ...MOUNT, subPath: 'dir' }],
        volumes: [{ name: 'config', configMap: { name: 'mine', items: [{ key: 'a', path: 'b' }] } }],
        restartNeeded: true,
      },
      {
        name: 'by subPathExpr',
        mounts: [{ ...MOUNT, subPathExpr: '$(POD)' }],
        volumes: [VOLUME],
        restartNeeded: true,
      },
      {
        name: 'from a projected volume',
        mounts: [MOUNT],
        volumes: [{ name: 'config', projected: { sources: [{ configMap: { name: 'mine' } }] } }],
        restartNeeded: false,
      },
      {
        name: 'by subPath, from a claim, where what is written is seen',
        mounts: [{ ...MOUNT, subPath: 'dir' }],
        volumes: [{ name: 'config', persistentVolumeClaim: { claimName: 'c' } }],
        restartNeeded: false,
      },
    ].map(({ name, mounts, volumes, restartNeeded }) => ({
      name: `name and key of spec where the file is mounted ${name}`,
      given: { mounts, volumes, named: { name: 'mine', key: 'k.yaml' } },
      source: { ...plain, configMap: 'mine', key: 'k.yaml', restartNeeded },
    })),
    ...[
      { name: 'the key, by subPath', mount: { subPath: 'k.yaml' }, restartNeeded: true },
      {
        name: 'the key under another name, by subPath',
        mount: { subPath: 'p' },
        restartNeeded: true,
        path: 'p',
      },
      { name: 'another key, by subPath', mount: { subPath: 'web.yaml' }, restartNeeded: false },
      { name: 'the ConfigMap as a whole', mount: {}, restartNeeded: false },
    ].map(({ name, mount, restartNeeded, path }) => ({
      name: `name and key of spec behind a shell that mounts ${name}`,
      given: {
        args: ['-c', 'prometheus --config.file=/x/p.yaml'],
        command: ['/bin/sh'],
        mounts: [{ ...MOUNT, ...mount }],
        volumes: [
          {
            name: 'config',
            configMap: { name: 'mine', ...(path === undefined ? {} : { items: [{ key: 'k.yaml', path }] }) },
          },
        ],
        named: { name: 'mine', key: 'k.yaml' },
      },
      source: { ...plain, configMap: 'mine', key: 'k.yaml', inferred: true, restartNeeded },
    })),
    {
      name: 'name and key of spec where a reloader renders a file that it mounts by subPath',
      given: {
        ...rendered,
        others: [
          {
            ...reloader('/etc/template/in.yaml', '/etc/config_out/prometheus.yaml'),
            volumeMounts: [{ name: 'config', mountPath: '/etc/template/in.yaml', subPath: 'in.yaml' }, OUT],
          },
        ],
        named: { name: 'mine', key: 'k.yaml' },
      },
      source: { ...plain, configMap: 'mine', key: 'k.yaml', directory: '/etc/template', restartNeeded: true },
    },
    {
      name: 'name and key of spec where no mount leads anywhere',
      given: { mounts: [], named: { name: 'mine', key: 'k.yaml' } },
      source: { ...plain, configMap: 'mine', key: 'k.yaml' },
    },
  ];
  it.each(rows)('resolves $name', ({ given, source }) => {
    expect(resolve(given)).toEqual(source);
  });

  const TAIL = '; set spec.config.configMap.name and .key if a ConfigMap holds it after all';
  const FILE = '/etc/prometheus/prometheus.yaml';
  const refusals: { name: string; given: Given; why: string }[] = [
    {
      name: 'a file in no volume',
      given: { mounts: [] },
      why: `${FILE} lies in no volume of container prometheus`,
    },
    {
      name: 'a relative file',
      given: { args: ['--config.file=prometheus.yaml'] },
      why: 'prometheus.yaml lies in no volume of container prometheus',
    },
    {
      name: 'a neighbour with a common prefix',
      given: { mounts: [{ name: 'config', mountPath: '/etc/prom' }] },
      why: `${FILE} lies in no volume of container prometheus`,
    },
    {
      name: 'a Secret',
      given: { volumes: [{ name: 'config', secret: { secretName: 's' } }] },
      why: `${FILE} comes from volume config (secret), not from a ConfigMap volume`,
    },
    {
      name: 'a projected volume',
      given: { volumes: [{ name: 'config', projected: { sources: [{ configMap: { name: 'prom' } }] } }] },
      why: `${FILE} comes from volume config (projected), not from a ConfigMap volume`,
    },
    {
      name: 'a volume that is not declared',
      given: { volumes: [] },
      why: `${FILE} comes from volume config (nothing), not from a ConfigMap volume`,
    },
    {
      name: 'subPath without a name of spec',
      given: { mounts: [{ name: 'config', mountPath: FILE, subPath: 'main.yaml' }] },
      why: `${FILE} is mounted by subPath from ConfigMap prom, so an edit would never arrive in a running pod`,
    },
    {
      name: 'subPathExpr',
      given: { mounts: [{ ...MOUNT, subPathExpr: '$(POD)' }] },
      why: `${FILE} is mounted by subPathExpr, which cannot be resolved`,
    },
    {
      name: 'items that leave the file out',
      given: { volumes: [{ name: 'config', configMap: { name: 'prom', items: [{ key: 'a', path: 'b' }] } }] },
      why: `no item of ConfigMap volume config is mounted at ${FILE}`,
    },
    {
      name: 'a directory below the mount, which a ConfigMap without items cannot have',
      given: { args: ['--config.file=/etc/prometheus/a/p.yaml'] },
      why: 'no item of ConfigMap volume config is mounted at /etc/prometheus/a/p.yaml',
    },
    {
      name: 'a shell whose script holds the flag',
      given: {
        command: ['/bin/sh', '-c'],
        args: ['prometheus --config.file=/etc/prometheus/prometheus.yaml'],
      },
      why: 'container prometheus runs a shell, so which file Prometheus reads is not known',
    },
    {
      name: 'a shell whose script says nothing of a file',
      given: { command: ['bash', '-c', 'exec prometheus'], args: [] },
      why: 'container prometheus runs a shell, so which file Prometheus reads is not known',
    },
    {
      name: 'the flag inside another argument',
      given: { args: ['--run=prometheus --config.file=/x'] },
      why: 'container prometheus mentions config.file inside another argument, so which file Prometheus reads is not known',
    },
    {
      name: 'a file that a variable names',
      given: { args: ['--config.file=$(CONFIG)'] },
      why: '--config.file of container prometheus is $(CONFIG), a variable that is only known where it runs',
    },
    {
      name: 'an emptyDir that nobody renders',
      given: rendered,
      why: '/etc/config_out/prometheus.yaml lies in an emptyDir and no container is seen to render it',
    },
    {
      name: 'an emptyDir that is rendered elsewhere',
      given: { ...rendered, others: [reloader('/etc/template/in.yaml', '/etc/config_out/other.yaml')] },
      why: '/etc/config_out/prometheus.yaml lies in an emptyDir and no container is seen to render it',
    },
    {
      name: 'a name of spec alone where nothing leads to a key',
      given: { mounts: [], named: { name: 'mine' } },
      why: `${FILE} lies in no volume of container prometheus`,
    },
  ];
  it.each(refusals)('does not guess: $name', ({ given, why }) => {
    expect(resolve(given)).toEqual({
      kind: 'unresolved',
      reason: 'ConfigMapNotResolved',
      message: why + TAIL,
    });
  });
});
