import { describe, expect, it } from 'vitest';

import { runRewrite } from '../../src/cli/rewrite.ts';
import { secureJob } from '../edit/prometheus-yaml/goldens.ts';

/** The exit code, and the lines of standard error without the name of the file. */
async function run(argv: readonly string[], text: string): Promise<[number, string, readonly string[]]> {
  const out = { stdout: '', stderr: '' };
  const code = await runRewrite(argv, {
    readFile: () => Promise.reject(new Error('no file is named')),
    readStdin: () => Promise.resolve(Buffer.from(text)),
    writeFile: () => Promise.reject(new Error('nothing is written')),
    stdout: (written) => (out.stdout += written),
    stderr: (written) => (out.stderr += written),
  });
  const lines = out.stderr.split('\n').filter((line) => line !== '');
  return [code, out.stdout, lines.map((line) => line.replace(/^prometheus\.yaml:(\d+:\d+:)? /, ''))];
}

const JOBS = `scrape_configs:\n${secureJob('mesh')}`;
const indented = JOBS.replaceAll(/^/gm, '    ').trimEnd();

describe('meshscrape rewrite, of a file without scrape_configs at its top', () => {
  it.each([
    { name: 'an empty file', text: '', is: 'the file is empty' },
    { name: 'a file of comments', text: '# nothing\n---\n', is: 'the file is empty' },
    { name: 'an empty mapping', text: '{}\n', is: 'the file is empty' },
    {
      name: 'a ConfigMap',
      text: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prometheus}\ndata:\n  rules.yml: ''\n  prometheus.yml: |\n${indented}\n`,
      is: 'it seems to be a Kubernetes manifest of kind ConfigMap; its scrape_configs are in data["prometheus.yml"], so give what is there as a file of its own',
    },
    {
      name: 'a ConfigMap without one',
      text: 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n',
      is: 'it seems to be a Kubernetes manifest of kind ConfigMap',
    },
    {
      name: 'a list of manifests',
      text: `apiVersion: v1\nkind: List\nitems:\n- kind: Service\n- kind: Secret\n  stringData:\n    x: "scrape_configs: []"\n`,
      is: 'it seems to be a Kubernetes manifest of kind List; its scrape_configs are in items[1].stringData.x, so give what is there as a file of its own',
    },
    {
      name: 'a ServiceMonitor',
      text: 'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nspec: {}\n',
      is: 'it seems to be a Kubernetes manifest of kind ServiceMonitor, of which prometheus-operator makes scrape jobs itself: change spec.endpoints[].tlsConfig there',
    },
    {
      name: 'a PodMonitor',
      text: 'apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\n',
      is: 'it seems to be a Kubernetes manifest of kind PodMonitor, of which prometheus-operator makes scrape jobs itself: change spec.podMetricsEndpoints[].tlsConfig there',
    },
    {
      name: 'a ScrapeConfig',
      text: 'apiVersion: monitoring.coreos.com/v1alpha1\nkind: ScrapeConfig\n',
      is: 'it seems to be a Kubernetes manifest of kind ScrapeConfig, of which prometheus-operator makes scrape jobs itself: change spec.tlsConfig there',
    },
    {
      name: 'the values of the community chart',
      text: `serverFiles:\n  prometheus.yml:\n${indented}\n`,
      is: 'it seems to be the values of a Helm chart; its scrape_configs are in serverFiles["prometheus.yml"].scrape_configs, so give what is there as a file of its own',
    },
    {
      name: 'the values of kube-prometheus-stack',
      text: 'prometheus:\n  prometheusSpec: {additionalScrapeConfigs: []}\n',
      is: 'it seems to be the values of a Helm chart',
    },
    {
      name: 'an OpenTelemetry Collector',
      text: 'receivers: {prometheus: {config: {scrape_configs: []}}}\nexporters: {}\nservice: {}\n',
      is: 'it seems to be the configuration of an OpenTelemetry Collector; its scrape_configs are in receivers.prometheus.config.scrape_configs, so give what is there as a file of its own',
    },
    {
      name: 'an agent',
      text: 'metrics:\n  configs:\n  - name: a\n    scrape_configs: []\n',
      is: 'it seems to be the configuration of an agent (Grafana Agent); its scrape_configs are in metrics.configs[0].scrape_configs, so give what is there as a file of its own',
    },
    {
      name: 'a bare list of jobs',
      text: secureJob('mesh'),
      is: "it seems to be a bare list of scrape jobs, as prometheus-operator's additionalScrapeConfigs are; put scrape_configs: above the list",
    },
    { name: 'rules', text: 'groups: []\n', is: 'it seems to be a file of rules' },
    {
      name: 'a prometheus.yaml without jobs',
      text: 'global: {}\nrule_files: []\n',
      is: 'it seems to be a prometheus.yaml without scrape jobs',
    },
    {
      name: 'a misspelt key',
      text: `global: {}\n${JOBS.replace('scrape_configs', 'scrapeConfigs')}`,
      is: 'it seems to be a prometheus.yaml in which scrape_configs is written scrapeConfigs',
    },
    {
      name: 'anything else',
      text: 'a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n',
      is: 'it seems to be no prometheus.yaml: its top has a, b, c, d, e, …',
    },
  ])('refuses $name and says what it seems to be', async ({ text, is }) => {
    for (const flags of [[], ['--check'], ['--diff'], ['--keep-going']]) {
      const said = [`NoScrapeConfigs: there is no scrape_configs at the top: ${is}.`];
      expect(await run(flags, text)).toEqual([2, '', said]);
    }
  });

  it.each([
    { name: 'a list of jobs that is empty', text: 'scrape_configs: []\n' },
    { name: 'a key without a value', text: 'scrape_configs:\n' },
    { name: 'scrape_config_files alone', text: 'scrape_config_files: [more.yml]\n' },
  ])('takes $name', async ({ text }) => {
    const [code, stdout] = await run([], text);
    expect([code, stdout]).toEqual([0, text]);
  });

  it.each([
    { name: 'a list of other things', text: '- a\n- {b: c}\n', says: /^UnexpectedShape: / },
    { name: 'plain text', text: 'hello\n', says: /^UnexpectedShape: / },
    { name: 'what cannot be parsed', text: 'a: [\n', says: /^Unparsable: / },
  ])('refuses $name with the place', async ({ text, says }) => {
    const [code, stdout, said] = await run(['--check'], text);
    expect([code, stdout]).toEqual([2, '']);
    expect(said).toEqual([expect.stringMatching(says)]);
  });
});

describe('meshscrape rewrite --check', () => {
  const remote = (file: string) =>
    `${JOBS.replaceAll('/etc/certs', '/etc/prom-certs')}remote_write: [{tls_config: {ca_file: ${file}}}]\n`;
  const etcd =
    'scrape_configs:\n- job_name: etcd\n  scheme: https\n  tls_config: {ca_file: /etc/certs/etcd-ca.crt}\n';
  it.each([
    { name: 'a job that is to be rewritten', argv: [], text: JOBS, code: 3 },
    { name: 'a job that --jobs leaves out', argv: ['--jobs', 'b*'], text: `${JOBS}- job_name: b\n`, code: 3 },
    { name: 'remote_write with files of Istio', argv: [], text: remote('/etc/certs/root-cert.pem'), code: 3 },
    { name: 'remote_write with other files there', argv: [], text: remote('/etc/certs/ca.crt'), code: 0 },
    { name: 'a job with other files there', argv: [], text: etcd, code: 0 },
    {
      name: 'a refused job, with --keep-going',
      argv: ['--keep-going'],
      text: JOBS.replace('insecure', 'ca: PEM\n    insecure'),
      code: 3,
    },
    {
      name: 'a directory that istio-proxy fills',
      argv: ['--wired-directory', '/etc/istio-certs/'],
      text: JOBS.replaceAll('/etc/certs', '/etc/istio-certs'),
      code: 0,
    },
  ])('ends with $code for $name', async ({ argv, text, code }) => {
    const [ended, stdout] = await run(['--check', ...argv], text);
    expect([ended, stdout]).toEqual([code, '']);
  });

  it('leaves the directory alone that istio-proxy fills, and moves jobs there from the others', async () => {
    const wired = secureJob('right', '/etc/istio-certs');
    const flags = ['--wired-directory', '/etc/istio-certs', '--mount-path', '/etc/istio-certs'];
    const [code, stdout, said] = await run(flags, JOBS + wired);
    expect([code, said]).toEqual([0, []]);
    expect(stdout).toBe(JOBS.replaceAll('/etc/certs', '/etc/istio-certs') + wired);
  });

  it('says that /etc/istio-certs may be right as it is, until a flag answers that', async () => {
    const text = JOBS.replaceAll('/etc/certs', '/etc/istio-certs');
    const note =
      "mesh: what is mounted at /etc/istio-certs decides whether this is needed. Where it is the volume that istio-proxy fills (OUTPUT_CERTS, as on Istio's own page), the job is right as it is: give --wired-directory /etc/istio-certs. Where it is a secret of Citadel, name the legacy directories by --legacy-directory.";
    const [code, , said] = await run([], text);
    expect([code, said]).toEqual([0, [note]]);
    const [needed, , checked] = await run(['--check'], text);
    expect([needed, checked[0]]).toEqual([3, note]);
    const [, , named] = await run(['--legacy-directory', '/etc/istio-certs'], text);
    expect(named).toEqual([]);
    const [, , other] = await run([], JOBS);
    expect(other).toEqual([]);
  });

  it.each([
    {
      name: 'the nearest name',
      argv: ['--jobs', 'mseh'],
      says: '--jobs mseh matches no job (nearest to mseh is mesh); the jobs are mesh.',
    },
    {
      name: 'the glob in place of a regular expression',
      argv: ['--jobs', 'mesh', '--jobs', 'me.*'],
      says: '--jobs me.* matches no job (me.* looks like a regular expression, and only * and ? have a meaning: write me*); the jobs are mesh.',
    },
    {
      name: 'the jobs',
      argv: ['--jobs', 'unlike'],
      says: '--jobs unlike matches no job; the jobs are mesh.',
    },
  ])('refuses --jobs that match none with $name', async ({ argv, says }) => {
    for (const flags of [[], ['--check'], ['--diff']]) {
      const [code, stdout, said] = await run([...flags, ...argv], JOBS);
      expect([code, stdout, said.at(-1)]).toEqual([2, '', says]);
    }
  });

  it('goes on with the other --jobs where it is to keep going', async () => {
    const [code, stdout] = await run(['--keep-going', '--jobs', 'mesh', '--jobs', 'absent'], JOBS);
    expect([code, stdout]).toEqual([0, JOBS.replaceAll('/etc/certs', '/etc/prom-certs')]);
  });

  it.each([
    {
      argv: ['--wired-directory', 'certs'],
      says: "--wired-directory needs an absolute directory, not 'certs'",
    },
    {
      argv: ['--wired-directory', '/a/b/', '--legacy-directory', '/a'],
      says: '/a/b/ cannot be both --wired-directory and --legacy-directory',
    },
    {
      argv: ['--mount-path', '/etc/istio-certs'],
      says: '--mount-path /etc/istio-certs lies in a legacy directory; name those with --legacy-directory',
    },
  ])('refuses $argv', async ({ argv, says }) => {
    const [code, stdout, said] = await run(argv, JOBS);
    expect([code, stdout, said[0]]).toEqual([2, '', `meshscrape rewrite: ${says}`]);
  });
});
