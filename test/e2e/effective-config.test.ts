import { describe, expect, it } from 'vitest';

import { effectiveConfigs } from '../../testbed/programs/effective-config.ts';

describe('effectiveConfigs', () => {
  it('reads as Prometheus does: defaults, YAML 1.1 booleans, secrets in clear, paths as written', async () => {
    const [answer] = await effectiveConfigs([
      [
        'scrape_configs:',
        '- job_name: mesh',
        '  scheme: https',
        '  tls_config: {ca_file: relative/ca.pem, insecure_skip_verify: yes}',
        '  basic_auth: {username: user, password: not-hidden}',
        '  kubernetes_sd_configs: [{role: pod}]',
      ].join('\n'),
    ]);
    expect(answer).toMatchObject({
      ok: true,
      config: {
        scrape_configs: [
          {
            job_name: 'mesh',
            metrics_path: '/metrics',
            scrape_interval: '1m',
            tls_config: { ca_file: 'relative/ca.pem', insecure_skip_verify: true },
            basic_auth: { username: 'user', password: 'not-hidden' },
            kubernetes_sd_configs: [{ role: 'pod' }],
          },
        ],
      },
    });
  });

  it('answers each document in its place, the refused ones with the reason', async () => {
    const answers = await effectiveConfigs([
      '',
      'nonsense: 1',
      'scrape_configs: [',
      'global: {}\n---\nignored: 1',
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    expect(answers[1]).toEqual({
      ok: false,
      error: 'yaml: unmarshal errors:\n  line 1: field nonsense not found in type config.plain',
    });
  });

  it('takes any text, also a long one and one that is no YAML at all', async () => {
    const jobs = Array.from({ length: 5000 }, (_, index) => `- job_name: job-${index}\n`).join('');
    const answers = await effectiveConfigs([
      '\0\u0001\ufeff',
      `scrape_configs:\n${jobs}`,
      '\u{1f600}: é\r\n',
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([false, true, false]);
  });

  it('has nothing to say about nothing', async () => {
    expect(await effectiveConfigs([])).toEqual([]);
  });
});
