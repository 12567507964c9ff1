// Advice about jobs that are left as they are, and about what prometheus.yaml says beside them.
import type { FindingCode } from '../../../../src/api/findings.ts';
import { JOB_FIXES } from '../../../../src/edit/prometheus-yaml/jobs/refusals.ts';
import type { JobRefusalCode } from '../../../../src/edit/prometheus-yaml/result.ts';
import { present } from '../../../support/answers.ts';
import { configMap } from '../../../support/config-map.ts';
import type { SnapshotOptions } from '../../../support/snapshot.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../../../support/world.ts';
import { configMapOf, prometheusYaml, resource } from '../changes.ts';
import type { AdviceRow } from '../row.ts';
import { legacyWith } from '../worlds.ts';

const legacyText = (text: string, more: Readonly<Record<string, string>> = {}): SnapshotOptions => {
  const data = { 'prometheus.yaml': PROMETHEUS_YAML + text, ...more };
  return legacyWith(statefulSet(), { configMaps: { prometheus: present(configMap('', { data })) } });
};
const rewritten = (text: string) => prometheusYaml(() => PROMETHEUS_YAML + text);

/** A second secure job with these lines in its tls_config. */
const job = (tls: string, name = 'second'): string =>
  `- job_name: ${name}\n  scheme: https\n  tls_config:\n${tls}`;
const files = (directory: string): string =>
  `    ca_file: ${directory}/root-cert.pem\n    cert_file: ${directory}/cert-chain.pem\n    key_file: ${directory}/key.pem\n`;
const SKIP = '    insecure_skip_verify: true\n';
const WHOLE = files('/etc/certs') + SKIP;

/** A job that cannot be edited, and the same where the fix was followed. */
function refused(code: JobRefusalCode, before: string, after = job(WHOLE)): AdviceRow {
  return {
    code: 'JobsRefused',
    name: `a job is refused for ${code}`,
    seen: legacyText(before),
    advice: [{ words: JOB_FIXES[code], change: rewritten(after) }],
  };
}

/** A job of which something is said, and the same where the words were followed. */
function said(code: FindingCode, words: string, [before, after]: readonly [string, string]): AdviceRow {
  return {
    code,
    name: `prometheus.yaml has ${JSON.stringify(before)}`,
    seen: legacyText(before),
    advice: [{ words, change: rewritten(after) }],
  };
}

/** In a chosen job: other files than the right ones. */
const mixedUp = (from: string, to: string): readonly [string, string] => [
  job(WHOLE.replace(from, to)),
  job(WHOLE),
];

/** In a directory that is not listed: the job is left alone, which is a finding of its own. */
const UNLISTED = files('/etc/other') + SKIP;
const leftAlone = (line: string): readonly [string, string] => [
  job(UNLISTED.replace(line, '')),
  job(UNLISTED),
];

const INCLUDED = `scrape_config_files: [extra.yaml]\n`;

export const JOB_ADVICE: readonly AdviceRow[] = [
  refused('DuplicateKey', job(`${WHOLE}    ca_file: /etc/certs/root-cert.pem\n`)),
  refused('DuplicateJobName', job(WHOLE, 'kubernetes-pods-istio-secure')),
  refused('JobNameMissing', `- scheme: https\n  tls_config:\n${WHOLE}`),
  refused('InlineCertificate', job(`    ca: x\n${WHOLE}`)),
  refused('UnknownMeaning', job(`${files('/etc/certs')}    insecure_skip_verify: "true"\n`)),
  refused('UnknownPlace', job(`    ca_file: /etc/certs/root-cert.pem\n    key_file: &k\n`)),
  refused('OverriddenByMerge', job(`    ca_file: /etc/certs/a\n    <<: {ca_file: /etc/certs/b}\n`)),
  refused(
    'SharedByAnchor',
    job(WHOLE).replace('tls_config:', 'tls_config: &t').concat('x: *t\n'),
    job(WHOLE).concat('x: {}\n'),
  ),
  refused('NothingMounted', job(UNLISTED)),
  refused(
    'FileNeverWritten',
    job(files('/etc/prom-certs').replace('key.pem', 'tls.key').replace('cert-chain.pem', 'tls.crt')),
  ),
  said('StalePath', 'so that mount must stay', [
    'remote_write:\n- url: https://x\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n',
    'remote_write:\n- url: https://x\n  tls_config: {ca_file: /etc/prom-certs/root-cert.pem}\n',
  ]),
  said('SchemeNotHttps', 'unless relabelling sets it, its tls_config is not used', [
    job(WHOLE).replace('https', 'http'),
    job(WHOLE),
  ]),
  said('ServerNameSet', "Istio's certificates carry no such name", [
    job(`${WHOLE}    server_name: x\n`),
    job(WHOLE),
  ]),
  said('KeyFileIsCertificate', 'it should be key.pem', mixedUp('key.pem', 'cert-chain.pem')),
  said('CertFileIsKey', 'it should be cert-chain.pem', mixedUp('cert-chain.pem', 'key.pem')),
  said('CertFileIsRoot', 'it should be cert-chain.pem', mixedUp('cert-chain.pem', 'root-cert.pem')),
  said('CaFileIsKey', 'it should be root-cert.pem', mixedUp('root-cert.pem', 'key.pem')),
  said('FilesInDifferentDirectories', 'files of two sources do not belong together', [
    job(WHOLE.replace('/etc/certs/key.pem', '/etc/istio-certs/key.pem')),
    job(WHOLE),
  ]),
  said('ClientCertificateIncomplete', 'cert_file is set and key_file is not', [
    job(WHOLE.replace('    key_file: /etc/certs/key.pem\n', '')),
    job(WHOLE),
  ]),
  said('CaFileMissing', 'ca_file is missing', leftAlone('    ca_file: /etc/other/root-cert.pem\n')),
  said('SkipVerifyMissing', 'insecure_skip_verify is not true', leftAlone(SKIP)),
  {
    code: 'DirectoryNotListed',
    name: "a job reads Istio's files in a directory that is not listed",
    seen: legacyText(job(UNLISTED)),
    advice: [
      {
        words: 'Add the directory to spec.config.legacyDirectories to have it rewritten.',
        change: resource(({ config }) => ({
          config: { ...config, legacyDirectories: [...config.legacyDirectories, '/etc/other'] },
        })),
      },
    ],
  },
  said('IncludedFilesNotSeen', 'may match files that are not keys of this ConfigMap', [
    'scrape_config_files: [/elsewhere/*.yaml]\n',
    job(WHOLE),
  ]),
  {
    code: 'IncludedFileRefused',
    name: 'an included file cannot be parsed',
    seen: legacyText(INCLUDED, { 'extra.yaml': 'scrape_configs: [' }),
    advice: [
      {
        words:
          'Run `promtool check config --syntax-only` on it. If Prometheus accepts it, write this place more plainly.',
        change: configMapOf('prometheus', ({ data, ...rest }) => ({
          ...rest,
          data: { ...data, 'extra.yaml': 'scrape_configs: []\n' },
        })),
      },
    ],
  },
];
