// No hot loop, on the real API server, where the configuration cannot be rewritten as it should.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const story = useStillWorlds(bed);
const { bent, names, running, scrape, world } = story;

/** A job that cannot be edited: its CA is in the file itself. */
const INLINE_JOB = `- job_name: inline
  tls_config:
    ca: PEM
    cert_file: /etc/certs/cert-chain.pem
    key_file: /etc/certs/key.pem
`;

const CONFIG_ROWS: readonly StillWorld[] = [
  {
    name: 'unresolved',
    says: 'ConfigRewritten False ConfigMapNotResolved',
    build: () =>
      bent('unresolved', {
        set: ({ spec }) => {
          spec.template.spec.containers[0].args = ['--config.file=/nowhere/prometheus.yaml'];
        },
      }),
  },
  {
    name: 'no-config',
    says: 'ConfigRewritten False ConfigMapNotFound',
    build: async () => {
      await bed.api.create(statefulSet({ namespace: bed.namespace, name: 'no-config', replicas: 0 }));
      await scrape('no-config');
    },
  },
  {
    name: 'no-key',
    says: 'ConfigRewritten False ConfigMapKeyNotFound',
    build: () =>
      bent('no-key', {
        config: (config) => {
          config.data = { 'else.yaml': PROMETHEUS_YAML };
        },
      }),
  },
  {
    name: 'immutable',
    says: 'ConfigRewritten False ConfigMapImmutable',
    build: () => bent('immutable', { config: (config) => Object.assign(config, { immutable: true }) }),
  },
  {
    name: 'full',
    says: 'ConfigRewritten False RecordTooLarge',
    build: () =>
      bent('full', {
        config: ({ metadata }) => Object.assign(metadata, { annotations: { team: 'x'.repeat(262_000) } }),
      }),
  },
  {
    name: 'binary',
    says: 'ConfigRewritten False KeyInBinaryData',
    build: () =>
      bent('binary', {
        config: (config) => {
          config.data = {};
          Object.assign(config, { binaryData: { 'prometheus.yaml': btoa(PROMETHEUS_YAML) } });
        },
      }),
  },
  {
    name: 'unparsable',
    says: 'ConfigRewritten False ConfigUnparsable',
    build: () =>
      bent('unparsable', {
        config: (config) => {
          config.data = { 'prometheus.yaml': 'scrape_configs: [' };
        },
      }),
  },
  {
    name: 'no-jobs',
    says: 'ConfigRewritten False NoJobs',
    build: () =>
      bent('no-jobs', {
        config: (config) => {
          config.data = { 'prometheus.yaml': 'scrape_configs: [{job_name: plain}]\n' };
        },
      }),
  },
  {
    name: 'not-found',
    says: 'ConfigRewritten False JobsNotFound',
    build: () => bent('not-found', {}, { config: { jobs: ['istio-.*'] } }),
  },
  {
    name: 'not-seen',
    says: 'ConfigRewritten Unknown IncludedFilesNotSeen',
    build: () =>
      bent('not-seen', {
        config: (config) => {
          config.data = { 'prometheus.yaml': 'scrape_config_files: [/more/*.yaml]\n' };
        },
      }),
  },
  {
    name: 'jobs-refused',
    says: 'ConfigRewritten False JobsRefused',
    build: () =>
      bent('jobs-refused', {
        config: (config) => {
          config.data = { 'prometheus.yaml': `${PROMETHEUS_YAML}${INLINE_JOB}` };
        },
      }),
  },
  {
    name: 'shares',
    says: 'Ready Unknown SharedConfigNotWired',
    build: async () => {
      await world('shares');
      const other = statefulSet({ namespace: bed.namespace, name: 'shares-too' });
      other.spec.template.spec.volumes[0].configMap.name = 'shares';
      await bed.api.create(other);
      await running('shares-too');
      await scrape('shares');
    },
  },
];

describe('a minute with a ConfigMap that cannot be rewritten', () => {
  useStillMinute({ controller, story, worlds: CONFIG_ROWS });

  it('edits the job beside the refused one', async () => {
    const { data } = await bed.api.get(names('jobs-refused').configMap);
    expect(data).toEqual({ 'prometheus.yaml': `${REWRITTEN_YAML}${INLINE_JOB}` });
  });
});
