import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../../../src/api/kubernetes.ts';
import type { DriftField } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import { byTime } from '../../../src/plan/drift/drift.ts';
import { statusPath } from '../../../src/plan/model/field.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { withAnswer } from '../../../src/plan/model/reads.ts';
import { plan } from '../../../src/plan/plan.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { annotationFields, entry, MOUNT_FIELDS } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { wired, WIRED_MOUNT } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';

const MERGE = 'prometheus.istio.io/merge-metrics';
const MERGE_PATH = `spec.template.metadata.annotations[${MERGE}]`;
const KEY_FILE = 'data[prometheus.yaml].scrape_configs[kubernetes-pods-istio-secure].tls_config.key_file';

const by = (manager: string, path: string): { readonly managedFields: readonly ManagedFieldsEntry[] } => ({
  managedFields: [entry(manager, [path], { operation: 'Update' })],
});

/** A field that differs in all four objects, each changed by another manager. */
function wrongEverywhere(resource = scrape()): Snapshot {
  const of = wired({
    annotations: { [MERGE]: 'true' },
    metadata: by('kubectl-edit', annotationFields(MERGE)),
  });
  const text = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
  return snapshot({
    resource,
    statefulSet: of,
    sidecars: present([
      owned('Sidecar', {}, { name: 'another', labels: {}, annotations: {} }),
      owned('Sidecar', { ...owned('Sidecar').spec, egress: [] }, by('istioctl', 'f:spec\nf:egress')),
    ]),
    peerAuthentications: present([
      owned('PeerAuthentication', undefined, {
        labels: {},
        ...by('helm', 'f:metadata\nf:labels\nf:meshscrape.dev/resource'),
      }),
    ]),
    reads: reads({
      statefulSet: of,
      pods: [podOf(of)],
      configMaps: {
        prometheus: present(configMap(text, { metadata: by('kubectl-patch', 'f:data\nf:prometheus.yaml') })),
      },
    }),
  });
}

/** A record of drift that still exists. */
function unresolved(
  target: string,
  path: string,
  resolution: DriftField['resolution'] = 'Active',
): DriftField {
  return { target, path, operation: 'Changed', firstSeenTime: '', resolution, count: 1 };
}

/** In sync under other fields: by itself, every difference is pending. */
const lastInSync = { workload: 'x', config: 'x', sidecar: 'x', peerAuthentication: 'x' };
const recalled = (fields: readonly DriftField[]) => {
  const drift = { activeCount: fields.length, detectedTotal: 1, truncated: false, fields };
  return plan(wrongEverywhere(scrape({}, { status: { lastInSync, drift } })));
};

describe('plan, in its drift', () => {
  it('names for each of the four objects who changed it', () => {
    const fields = [
      unresolved('StatefulSet/prometheus', MERGE_PATH),
      unresolved('ConfigMap/prometheus', KEY_FILE),
      unresolved('Sidecar/meshscrape-prometheus', 'spec.egress'),
      unresolved('PeerAuthentication/meshscrape-prometheus', 'metadata.labels[meshscrape.dev/resource]'),
    ];
    const found = recalled(fields).drift.map(({ target, path, changedBy }) => [
      target.split('/')[0],
      path,
      changedBy?.manager,
      changedBy?.confidence,
    ]);
    expect(found).toEqual([
      ['PeerAuthentication', 'metadata.labels[meshscrape.dev/resource]', 'helm', 'Exact'],
      ['Sidecar', 'spec.egress', 'istioctl', 'Exact'],
      ['StatefulSet', MERGE_PATH, 'kubectl-edit', 'Exact'],
      ['ConfigMap', KEY_FILE, 'kubectl-patch', 'Exact'],
    ]);
  });

  it.each([
    { name: 'name', change: { ...WIRED_MOUNT, name: 'config' } },
    { name: 'readOnly', change: { ...WIRED_MOUNT, readOnly: false } },
  ])('names who changed the $name of the mount', ({ name, change }) => {
    const taken = entry('kubectl-edit', [`${MOUNT_FIELDS}\nf:${name}`], { operation: 'Update' });
    const of = wired({ mounts: [change], metadata: { managedFields: [taken] } });
    const path = `spec.template.spec.containers[name=prometheus].volumeMounts[mountPath=/etc/prom-certs].${name}`;
    const fields = [unresolved('StatefulSet/prometheus', path)];
    const drift = { activeCount: 1, detectedTotal: 1, truncated: false, fields };
    const resource = scrape({}, { status: { lastInSync, drift } });
    const found = plan(snapshot({ resource, statefulSet: of })).drift;
    expect(found.map((field) => [field.path, field.changedBy?.manager])).toEqual([[path, 'kubectl-edit']]);
  });

  it('attributes a field of the configuration to nobody where the ConfigMap gave no managedFields', () => {
    const world = wrongEverywhere(
      scrape(
        {},
        {
          status: {
            lastInSync,
            drift: {
              ...{ activeCount: 1, detectedTotal: 1, truncated: false },
              fields: [unresolved('ConfigMap/prometheus', KEY_FILE)],
            },
          },
        },
      ),
    );
    const text = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
    const need = { kind: 'ConfigMap', name: 'prometheus' } as const;
    const bare = withAnswer(world.reads, need, present(configMap(text)));
    expect(plan({ ...world, reads: bare }).drift.map(({ changedBy }) => changedBy)).toEqual([
      { confidence: 'Unknown' },
    ]);
  });

  it.each([
    { name: 'Active as drift, whatever spec desires now', resolution: 'Active' as const, drift: true },
    { name: 'Conflict as drift', resolution: 'Conflict' as const, drift: true },
    {
      name: 'Corrected as pending, since spec has changed',
      resolution: 'Corrected' as const,
      drift: false,
    },
  ])('counts a field that status records as $name', ({ resolution, drift }) => {
    const made = recalled([unresolved('StatefulSet/prometheus', MERGE_PATH, resolution)]);
    expect(made.drift.map(({ path }) => path)).toEqual(drift ? [MERGE_PATH] : []);
    expect(made.pending.some(({ field }) => field.path === MERGE_PATH)).toBe(!drift);
  });

  it('names nobody where the object itself does not exist any more', () => {
    const world = wrongEverywhere(
      scrape(
        {},
        {
          status: {
            drift: {
              activeCount: 1,
              detectedTotal: 1,
              truncated: false,
              fields: [unresolved('Sidecar/meshscrape-prometheus', 'spec.egress')],
            },
          },
        },
      ),
    );
    const drift = plan({ ...world, sidecars: present([]) }).drift.filter(({ target }) =>
      target.startsWith('Sidecar'),
    );
    expect(drift.map(({ path, changedBy }) => [path, changedBy])).toEqual([
      ['spec.egress', { confidence: 'Unknown' }],
    ]);
  });

  it('recalls a field whose path status had to cut', () => {
    const job = 'j'.repeat(300);
    const text = REWRITTEN_YAML.replace('kubernetes-pods-istio-secure', job).replace(
      '/prom-certs/key',
      '/certs/key',
    );
    const world = wrongEverywhere();
    const need = { kind: 'ConfigMap', name: 'prometheus' } as const;
    const long = withAnswer(world.reads, need, present(configMap(text)));
    const recall = (fields: readonly DriftField[]) => {
      const drift = { activeCount: fields.length, detectedTotal: 1, truncated: false, fields };
      const resource = scrape({ config: { jobs: [job] } }, { status: { lastInSync, drift } });
      return plan({ ...world, reads: long, resource });
    };
    const field = recall([]).pending.find((each) => each.field.path.endsWith('.key_file'))?.field;
    if (field === undefined) throw new Error('key_file is not pending');
    const found = recall([unresolved('ConfigMap/prometheus', statusPath(field))]).drift;
    expect(found.map(({ path }) => path)).toEqual([field.path]);
  });
});

describe('byTime', () => {
  it('puts the newest change first, and those of unknown time last, as they came', () => {
    const [field] = plan(wrongEverywhere()).pending;
    if (field === undefined) throw new Error('nothing is pending');
    const at = (path: string, atMs?: number) => ({
      ...{ ...field.field, path },
      ...(atMs === undefined ? {} : { changedBy: { confidence: 'Exact' as const, atMs } }),
    });
    const fields = [at('a'), at('old', 1), at('b'), at('new', 2)];
    expect(fields.toSorted(byTime).map(({ path }) => path)).toEqual(['new', 'old', 'a', 'b']);
  });
});
