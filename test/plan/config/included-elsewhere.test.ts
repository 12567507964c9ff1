import { describe, expect, it } from 'vitest';

import type { ConfigMap } from '../../../src/api/kubernetes.ts';
import { planConfig } from '../../../src/plan/config/config.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { wired, WIRED_MOUNT, WIRED_VOLUME } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';

const MAIN = `${REWRITTEN_YAML}scrape_config_files: ["/etc/more/*.yaml"]\n`;
const included = (directory: string) => `scrape_configs:
- job_name: more
  scheme: https
  tls_config:
    ca_file: ${directory}/root-cert.pem
    cert_file: ${directory}/cert-chain.pem
    key_file: ${directory}/key.pem
    insecure_skip_verify: true
`;
const more = (text: string, key = 'a.yaml'): ConfigMap =>
  configMap('', { metadata: { name: 'more' }, data: { [key]: text } });

function plan(
  second: NonNullable<Answers['configMaps']>[string] | undefined,
  mount: object = {},
  volume: object = {},
) {
  const of = wired({
    volumes: [WIRED_VOLUME, { name: 'more', configMap: { name: 'more', ...volume } }],
    mounts: [WIRED_MOUNT, { name: 'more', mountPath: '/etc/more/', ...mount }],
  });
  const configMaps = {
    prometheus: present(configMap(MAIN)),
    ...(second === undefined ? {} : { more: second }),
  };
  return planConfig(
    subject({ statefulSet: of, resource: scrape(), reads: reads({ statefulSet: of, configMaps }) }),
  );
}

describe('planConfig, with files of scrape_config_files in another ConfigMap', () => {
  it('asks for it', () => {
    expect(plan(undefined).needs).toEqual([{ kind: 'ConfigMap', name: 'more' }]);
  });

  it('counts its jobs, and refuses those that it would have to change', () => {
    const made = plan(present(more(included('/etc/certs'))));
    expect(made.jobs).toMatchObject({ cured: 1, needing: 2 });
    expect(made.refusal).toEqual({
      reason: 'JobsRefused',
      message:
        'job more in a.yaml of ConfigMap more: read what nobody renews, and only the ConfigMap of prometheus.yaml is written. Move them there, or change their files to /etc/prom-certs yourself',
      stalled: true,
    });
    expect(made.findings.map(({ code }) => code)).not.toContain('IncludedFilesNotSeen');
  });

  it.each([
    {
      name: 'jobs that read the renewed certificates',
      second: more(included('/etc/prom-certs')),
      needing: 2,
    },
    { name: 'jobs without certificates', second: more('scrape_configs:\n- job_name: plain\n'), needing: 1 },
    { name: 'files that the pattern leaves out', second: more(included('/etc/certs'), 'a.txt'), needing: 1 },
    { name: 'a file that is no YAML', second: more('a: ['), needing: 1 },
  ])('has nothing against $name', ({ second, needing }) => {
    const made = plan(present(second));
    expect([made.refusal, made.jobs?.needing, made.needs]).toEqual([undefined, needing, []]);
  });

  it.each([
    { name: 'may not be read', made: plan({ kind: 'unreadable', message: 'no' }) },
    { name: 'is not there', made: plan({ kind: 'absent' }) },
    {
      name: 'is mounted by subPath',
      made: plan(present(more(included('/etc/certs'))), { subPath: 'a.yaml' }),
    },
  ])('says that jobs are not seen where it $name', ({ made }) => {
    expect([made.refusal, made.findings.map(({ code }) => code)]).toEqual([
      undefined,
      ['IncludedFilesNotSeen'],
    ]);
  });

  it('names it as one whose change matters, and what its files name', () => {
    const made = plan(present(more(included('/etc/certs'))));
    expect(made.includedConfigMaps).toEqual(['more']);
    expect(made.files).toContainEqual({
      path: 'data[a.yaml].scrape_configs[more]',
      file: '/etc/certs/key.pem',
      configMap: 'more',
    });
    expect(made.files.filter(({ configMap: of }) => of === 'more')).toHaveLength(3);
  });

  it('names it as one whose change matters where it is not there yet', () => {
    expect(plan({ kind: 'absent' }).includedConfigMaps).toEqual(['more']);
  });

  it('reads relative paths from the directory of the included file, as Prometheus does', () => {
    const made = plan(present(more(included('../certs'))));
    expect(made.files.map(({ file }) => file)).toContain('/etc/certs/key.pem');
    expect(made.refusal?.reason).toBe('JobsRefused');
  });

  it('reports what is found in its files, as of itself', () => {
    const plain = included('/etc/prom-certs').replace('scheme: https', 'scheme: http');
    const { findings } = plan(present(more(plain)));
    expect(findings).toEqual([
      {
        code: 'SchemeNotHttps',
        target: 'ConfigMap/more',
        message: expect.stringMatching(/^a\.yaml line \d+: /) as string,
      },
    ]);
  });

  it('does not offer to rewrite what is only read', () => {
    const { findings } = plan(present(more(included('/srv/own'))));
    expect(findings.map(({ code }) => code)).toEqual(['DirectoryNotListed']);
    expect(findings[0]?.message).not.toContain('to have it rewritten');
  });

  it('follows the items of the volume', () => {
    const items = [{ key: 'odd', path: 'a.yaml' }];
    const made = plan(present(more(included('/etc/certs'), 'odd')), {}, { items });
    expect(made.refusal?.message).toContain('job more in a.yaml of ConfigMap more');
  });
});
