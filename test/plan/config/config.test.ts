import { describe, expect, it } from 'vitest';
import type { ConfigMap, StatefulSet } from '../../../src/api/kubernetes.ts';
import { planConfig } from '../../../src/plan/config/config.ts';
import { differs } from '../../../src/plan/model/field.ts';
import { reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { entry } from '../../support/managed-fields.ts';
import { MANAGER } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { wired, WIRED_MOUNT, WIRED_VOLUME } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { differing, evaluate, JOB, KEY, NEW_RECORD, PATH, RECORD, recorded } from './evaluated.ts';

describe('planConfig', () => {
  it('rewrites the legacy job in one patch that carries the resourceVersion and the record', () => {
    const plan = evaluate(configMap());
    expect(plan.action).toEqual({
      kind: 'PatchObject',
      target: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'app-metrics', name: 'prometheus' },
      stage: 4,
      gates: true,
      reason: `Point tls_config of ${JOB} in prometheus.yaml at the renewed certificates`,
      fieldManager: MANAGER,
      release: true,
      operations: [
        { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
        { op: 'replace', path: '/data/prometheus.yaml', value: REWRITTEN_YAML },
        { op: 'add', path: '/metadata/annotations', value: { [KEY]: NEW_RECORD } },
      ],
    });
    expect(differing(plan)).toEqual([`${PATH}.ca_file`, `${PATH}.cert_file`, `${PATH}.key_file`]);
    expect([plan.refusal, plan.rewrittenJobs, plan.skippedJobs]).toEqual([undefined, [JOB], []]);
  });

  it('adds the record beside other annotations', () => {
    const plan = evaluate(configMap(PROMETHEUS_YAML, { metadata: { annotations: { other: 'x' } } }));
    if (plan.action?.kind !== 'PatchObject') throw new Error('no patch');
    expect(plan.action.operations[2]).toEqual({
      op: 'add',
      path: '/metadata/annotations/meshscrape.dev~1original-tls-config',
      value: NEW_RECORD,
    });
  });

  it('writes nothing to a file that is in sync', () => {
    const plan = evaluate(configMap(REWRITTEN_YAML, recorded));
    expect([differing(plan), plan.action, plan.refusal, plan.rewrittenJobs]).toEqual([
      [],
      undefined,
      undefined,
      [JOB],
    ]);
  });

  it('refuses a file without a job to choose, and writes nothing', () => {
    const plan = evaluate(configMap('scrape_configs:\n- job_name: a\n'));
    expect([plan.fields, plan.action, plan.refusal, plan.rewrittenJobs]).toEqual([
      [],
      undefined,
      {
        reason: 'NoJobs',
        message:
          "no job is chosen: none reads Istio's files in /etc/certs, /etc/istio-certs, in a secret of Citadel or in /etc/prom-certs. Name one in spec.config.jobs, set spec.manage.config to Ignore, or let one read root-cert.pem, cert-chain.pem and key.pem in /etc/prom-certs. The jobs of prometheus.yaml are a",
        stalled: 'Later',
      },
      [],
    ]);
    expect(plan.jobs).toEqual({ cured: 0, needing: 0, leftOut: [] });
  });

  it('writes nothing while a pattern matches no job, and says what waits for it', () => {
    const plan = evaluate(configMap(), { spec: { config: { jobs: [JOB, 'absent'] } } });
    expect([plan.refusal?.reason, plan.action, plan.rewrittenJobs]).toEqual(['JobsNotFound', undefined, []]);
    expect(differing(plan)).toHaveLength(3);
  });

  it('goes on with a pattern that matches no job once another job was rewritten', () => {
    const plan = evaluate(configMap(PROMETHEUS_YAML, recorded), {
      spec: { config: { jobs: [JOB, 'absent'] } },
    });
    expect([plan.refusal, plan.action?.kind, plan.rewrittenJobs]).toEqual([undefined, 'PatchObject', [JOB]]);
    expect(plan.findings).toEqual([
      {
        code: 'PatternMatchesNothing',
        target: 'ConfigMap/prometheus',
        message: `spec.config.jobs: no job matches absent. The jobs of prometheus.yaml are kubernetes-apiservers, ${JOB}`,
      },
    ]);
  });

  it('takes a job that reads the mount path already for a chosen one', () => {
    const plan = evaluate(configMap(REWRITTEN_YAML));
    expect([plan.refusal, plan.jobs]).toEqual([undefined, { cured: 1, needing: 1, leftOut: [] }]);
  });

  it('counts a job of an included file, and names a job that is left out', () => {
    const main = `scrape_config_files: ['extra.yaml']\n${PROMETHEUS_YAML}`;
    const extra = 'scrape_configs:\n- job_name: more\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n';
    const plan = evaluate(configMap('', { data: { 'prometheus.yaml': main, 'extra.yaml': extra } }), {
      spec: { config: { jobs: ['kube*'] } },
    });
    expect(plan.jobs).toEqual({ cured: 0, needing: 2, leftOut: ['more'] });
    expect(plan.findings.filter(({ code }) => code === 'JobLeftOut')).toEqual([
      {
        code: 'JobLeftOut',
        target: 'ConfigMap/prometheus',
        message: 'spec.config.jobs leaves out what reads certificates that nobody renews: more',
      },
    ]);
  });

  it('corrects what an owner’s apply reverted, and keeps the first original', () => {
    const plan = evaluate(configMap(PROMETHEUS_YAML, recorded));
    if (plan.action?.kind !== 'PatchObject') throw new Error('no patch');
    expect(plan.action.operations.map(({ path }) => path)).toEqual([
      '/metadata/resourceVersion',
      '/data/prometheus.yaml',
    ]);
    expect(plan.fields.filter(differs).map(({ wasInSync }) => wasInSync)).toEqual([true, true, true]);
  });

  it('moves a job that names the mount path of before, though it is not in the record', () => {
    const record = RECORD.replace('/etc/prom-certs', '/before').replace(JOB, 'removed-since');
    const text = PROMETHEUS_YAML.replaceAll('/etc/certs', '/before');
    const plan = evaluate(configMap(text, { metadata: { annotations: { [KEY]: record } } }));
    expect(plan.rewrittenJobs).toEqual([JOB]);
  });

  it('gives the fields back where an interrupted edit left our name', () => {
    const entries = [entry(MANAGER, ['f:data\nf:prometheus.yaml'], { operation: 'Update' })];
    const plan = evaluate(
      configMap(REWRITTEN_YAML, {
        metadata: { ...recorded.metadata, managedFields: [entry('helm', ['f:data\nf:x']), ...entries] },
      }),
    );
    expect(plan.action).toMatchObject({
      kind: 'ReleaseOwnership',
      gates: false,
      operations: [
        { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
        { op: 'remove', path: '/metadata/managedFields/1' },
      ],
    });
  });

  it('edits the files that scrape_config_files includes', () => {
    const main = "scrape_config_files: ['extra.yaml', '/elsewhere/*.yaml']\n";
    const extra = `scrape_configs:\n- job_name: more\n  scheme: https\n  tls_config: {ca_file: /etc/certs/root-cert.pem, cert_file: /etc/certs/cert-chain.pem, key_file: /etc/certs/key.pem, insecure_skip_verify: true}\n`;
    const plan = evaluate(configMap('', { data: { 'prometheus.yaml': main, 'extra.yaml': extra } }));
    if (plan.action?.kind !== 'PatchObject') throw new Error('no patch');
    expect(plan.action.operations[1]).toEqual({
      op: 'replace',
      path: '/data/extra.yaml',
      value: extra.replaceAll('/etc/certs', '/etc/prom-certs'),
    });
    expect(plan.files.map(({ path }) => path)).toEqual(
      Array.from({ length: plan.files.length }, () => 'data[extra.yaml].scrape_configs[more]'),
    );
    expect(plan.files).not.toEqual([]);
    expect(plan.findings.map(({ message }) => message)).toEqual([
      'scrape_config_files /elsewhere/*.yaml may match files that are not keys of this ConfigMap: their jobs cannot be seen',
    ]);
  });

  it('edits an included file under the key that the volume mounts there', () => {
    const main = "scrape_config_files: ['extra.yaml']\n";
    const bare = wired();
    const { spec } = bare.spec.template;
    const items = [
      { key: 'prometheus.yaml', path: 'prometheus.yaml' },
      { key: 'more', path: 'extra.yaml' },
    ];
    const volumes = (spec.volumes ?? []).map((volume) =>
      volume.name === 'config' ? { name: 'config', configMap: { name: 'prometheus', items } } : volume,
    );
    const template = { ...bare.spec.template, spec: { ...spec, volumes } };
    const of = { ...bare, spec: { ...bare.spec, template } };
    const plan = evaluate(configMap('', { data: { 'prometheus.yaml': main, more: PROMETHEUS_YAML } }), {
      of,
    });
    if (plan.action?.kind !== 'PatchObject') throw new Error('no patch');
    expect(plan.action.operations[1]).toEqual({ op: 'replace', path: '/data/more', value: REWRITTEN_YAML });
  });

  it('edits a file once that its own pattern includes', () => {
    const text = `scrape_config_files: ['*.yaml']\n${PROMETHEUS_YAML}`;
    expect(evaluate(configMap(text)).rewrittenJobs).toEqual([JOB]);
  });

  it('edits the jobs of a legacy directory where the pod mounts a volume on disk', () => {
    const text = PROMETHEUS_YAML.replaceAll('/etc/certs', '/etc/istio-certs');
    const of = wired({
      volumes: [WIRED_VOLUME, { name: 'disk', emptyDir: {} }],
      mounts: [WIRED_MOUNT, { name: 'disk', mountPath: '/etc/istio-certs' }],
    });
    const more = 'remote_write:\n- url: x\n  tls_config:\n    ca_file: /etc/istio-certs/root-cert.pem\n';
    const plan = evaluate(configMap(text + more), { of });
    expect([plan.rewrittenJobs, plan.findings.map(({ code }) => code)]).toEqual([[JOB], ['StalePath']]);
  });

  it.each([
    { name: 'leaves it alone where istio-proxy writes there', volume: WIRED_VOLUME, count: 0 },
    {
      name: 'takes it for legacy where it is memory of another',
      volume: { name: 'memory', emptyDir: { medium: 'Memory' } },
      count: 3,
    },
  ])('evaluates jobs of a legacy directory: $name', ({ volume, count }) => {
    const of = wired({
      volumes: [WIRED_VOLUME, ...(volume === WIRED_VOLUME ? [] : [volume])],
      mounts: [WIRED_MOUNT, { name: volume.name, mountPath: '/etc/istio-certs/' }],
    });
    const text = PROMETHEUS_YAML.replaceAll('/etc/certs', '/etc/istio-certs');
    expect(differing(evaluate(configMap(text), { of }))).toHaveLength(count);
  });

  const rows: { name: string; seen: ConfigMap; reason: string; stalled: boolean | 'Later'; says: string }[] =
    [
      {
        name: 'a ConfigMap without the key',
        seen: configMap('', { data: { 'other.yaml': '', 'x.yaml': '' } }),
        reason: 'ConfigMapKeyNotFound',
        stalled: 'Later',
        says: 'ConfigMap prometheus has no key prometheus.yaml (it has other.yaml, x.yaml): set spec.config.configMap.key, or correct --config.file or the mount',
      },
      {
        name: 'a ConfigMap without data',
        seen: configMap('', { data: {} }),
        reason: 'ConfigMapKeyNotFound',
        stalled: 'Later',
        says: '(it has none)',
      },
      {
        name: 'a key in binaryData',
        seen: configMap('', { data: {}, binaryData: { 'prometheus.yaml': 'eA==' } }),
        reason: 'KeyInBinaryData',
        stalled: true,
        says: 'key prometheus.yaml of ConfigMap prometheus is in binaryData: move it to data',
      },
      {
        name: 'a file that cannot be parsed',
        seen: configMap('a: [\n'),
        reason: 'ConfigUnparsable',
        stalled: true,
        says: 'prometheus.yaml line ',
      },
      {
        name: 'an immutable ConfigMap with a difference',
        seen: configMap(PROMETHEUS_YAML, { immutable: true }),
        reason: 'ConfigMapImmutable',
        stalled: true,
        says: 'ConfigMap prometheus is immutable: make a new one without immutable: true and mount that',
      },
    ];
  it.each(rows)('refuses $name', ({ seen, reason, stalled, says }) => {
    const plan = evaluate(seen);
    expect(plan.refusal).toMatchObject({ reason, stalled });
    expect(plan.refusal?.message).toContain(says);
    expect(plan.action).toBeUndefined();
  });

  it('accepts an immutable ConfigMap that is in sync', () => {
    const plan = evaluate(configMap(REWRITTEN_YAML, { immutable: true }));
    expect([plan.refusal, plan.action]).toEqual([undefined, undefined]);
  });

  it('refuses one job and goes on with the others', () => {
    const inline =
      '- job_name: inline\n  scheme: https\n  tls_config:\n    ca: |\n      PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n';
    const plan = evaluate(configMap(PROMETHEUS_YAML + inline));
    expect(plan.refusal).toMatchObject({ reason: 'JobsRefused', stalled: true });
    expect(plan.refusal?.message).toMatch(/^job inline, line \d+: /);
    expect(plan.action?.kind).toBe('PatchObject');
    expect(plan.fields.map(({ path }) => path)).toEqual(
      ['ca_file', 'cert_file', 'key_file', 'insecure_skip_verify'].map((field) => `${PATH}.${field}`),
    );
    expect([plan.rewrittenJobs, plan.skippedJobs.map(({ job, code }) => [job, code])]).toEqual([
      [JOB],
      [['inline', 'InlineCertificate']],
    ]);
  });

  it('waits for a ConfigMap that may not be read', () => {
    const seen = { kind: 'unreadable', message: 'cannot get configmaps' } as const;
    const plan = planConfig(subject({ reads: reads({ configMaps: { prometheus: seen } }) }));
    const message = 'ConfigMap prometheus cannot be read: cannot get configmaps';
    expect([plan.refusal, plan.action]).toEqual([
      { reason: 'NotAuthorized', message, stalled: false },
      undefined,
    ]);
  });

  const MESH = '/etc/prometheus/secrets/istio.default';
  const at = (volume: object) =>
    wired({ volumes: [{ name: 'old', ...volume }], mounts: [{ name: 'old', mountPath: MESH }] });
  const elsewhere: readonly { name: string; of: StatefulSet; finding: string | undefined; jobs: string[] }[] =
    [
      {
        name: 'a secret of Citadel is mounted there',
        of: at({ secret: { secretName: 'istio.default' } }),
        finding: undefined,
        jobs: [JOB],
      },
      {
        name: 'another secret is mounted there',
        of: at({ secret: { secretName: 'copied' } }),
        finding: `FilesOfAnotherSource prometheus.yaml line 16: Job ${JOB}: ca_file ${MESH}/root-cert.pem, cert_file ${MESH}/cert-chain.pem, key_file ${MESH}/key.pem: held by a volume that is no secret of Citadel, so left as it is. Name the job in config.jobs to have it read the mesh's certificates.`,
        jobs: [],
      },
      {
        name: 'nobody fills the emptyDir there',
        of: at({ emptyDir: {} }),
        finding: undefined,
        jobs: [JOB],
      },
      {
        name: 'nothing is mounted there',
        of: wired(),
        finding: `DirectoryNotListed prometheus.yaml line 15: Job ${JOB} reads Istio's certificates in ${MESH}, which is not listed as a legacy directory, so it is left as it is. Add the directory to spec.config.legacyDirectories to have it rewritten.`,
        jobs: [],
      },
    ];
  it.each(elsewhere)('evaluates files in a directory that is not listed where $name', ({ of, ...row }) => {
    const text = PROMETHEUS_YAML.replaceAll('/etc/certs/', `${MESH}/`);
    const { findings, files, rewrittenJobs } = evaluate(configMap(text), { of });
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual(
      row.finding === undefined ? [] : [row.finding],
    );
    expect(rewrittenJobs).toEqual(row.jobs);
    expect(files[0]).toEqual({ path: `scrape_configs[${JOB}]`, file: `${MESH}/root-cert.pem` });
  });

  it('says why no ConfigMap can be found', () => {
    const plan = planConfig({ ...subject(), container: { name: 'prometheus' } });
    expect([plan.refusal?.reason, plan.refusal?.stalled, plan.needs]).toEqual([
      'ConfigMapNotResolved',
      true,
      [],
    ]);
  });

  it('says that a record which cannot be read is lost', () => {
    const plan = evaluate(configMap(REWRITTEN_YAML, { metadata: { annotations: { [KEY]: '{' } } }));
    expect(plan.findings).toEqual([
      {
        code: 'RecordUnreadable',
        target: 'ConfigMap/prometheus',
        message: `annotation ${KEY} cannot be read: Restore will leave the jobs as they are`,
      },
    ]);
  });

  it.each([
    { name: 'a secret of Citadel', secretName: 'istio.default', found: true },
    { name: 'a secret of another name', secretName: 'grafana', found: false },
  ])('reports what names files of $name at a directory of any name: $found', ({ secretName, found }) => {
    const text = `${REWRITTEN_YAML}remote_write:\n- url: x\n  tls_config:\n    ca_file: /custom/root-cert.pem\n`;
    const of = wired({
      volumes: [{ name: 'old', secret: { secretName } }],
      mounts: [{ name: 'old', mountPath: '/custom' }],
    });
    expect(evaluate(configMap(text), { of }).findings).toEqual(
      found
        ? [
            {
              code: 'StalePath',
              target: 'ConfigMap/prometheus',
              message:
                'prometheus.yaml line 25: remote_write[0].tls_config.ca_file names /custom/root-cert.pem, in a legacy directory; it is not edited, so that mount must stay.',
            },
          ]
        : [],
    );
  });
});
