// What checks the prometheus.yaml editor from outside: promtool, and Prometheus's own configuration package.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RewriteRequest, Rewritten, TlsField } from '../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../src/edit/prometheus-yaml/rewrite.ts';
import type { EffectiveConfig } from '../../testbed/programs/effective-config.ts';
import { effectiveConfigs } from '../../testbed/programs/effective-config.ts';
import { programs } from '../../testbed/programs/programs.ts';
import { blows, damage } from '../edit/prometheus-yaml/damage.ts';
import { documentChoice, render } from '../edit/prometheus-yaml/documents.ts';
import { GOLDENS, REQUEST } from '../edit/prometheus-yaml/goldens.ts';

const SEED = Number(process.env['FC_SEED'] ?? 20_261_124);
const RANDOM_REQUEST: RewriteRequest = { ...REQUEST, previousMountPaths: ['/etc/old-prom'] };

interface ScrapeConfig {
  readonly job_name: string;
  tls_config?: Record<string, string | boolean>;
}

interface Sample {
  readonly text: string;
  readonly result: Rewritten;
  readonly before: EffectiveConfig;
  readonly after: EffectiveConfig;
}

interface Question {
  readonly text: string;
  readonly request: RewriteRequest;
}

/** Rewrites all texts and asks Prometheus how it reads them before and after; files refused whole are left out. */
async function evaluated(questions: readonly Question[]): Promise<readonly Sample[]> {
  const done = questions.flatMap(({ text, request }) => {
    const result = rewrite(text, request);
    return result.kind === 'rewritten' ? [{ text, result }] : [];
  });
  const before = await effectiveConfigs(done.map(({ text }) => text));
  const after = await effectiveConfigs(done.map(({ result }) => result.text));
  const missing: EffectiveConfig = { ok: false, error: 'not asked' };
  return done.map((sample, index) => ({
    ...sample,
    before: before[index] ?? missing,
    after: after[index] ?? missing,
  }));
}

function random(texts: readonly string[]): readonly Question[] {
  return texts.map((text) => ({ text, request: RANDOM_REQUEST }));
}

/** The configuration that Prometheus should read afterwards: our values set in the rewritten jobs, all else as it was. */
function intended(config: unknown, result: Rewritten, mountPath: string): unknown {
  const copy = structuredClone(config) as { scrape_configs?: ScrapeConfig[] | null };
  const ours: Readonly<Record<TlsField, string | boolean>> = {
    ca_file: `${mountPath}/root-cert.pem`,
    cert_file: `${mountPath}/cert-chain.pem`,
    key_file: `${mountPath}/key.pem`,
    insecure_skip_verify: true,
  };
  for (const job of copy.scrape_configs ?? []) {
    if (!result.rewrittenJobs.includes(job.job_name)) continue;
    const { values = [] } = result.jobs.find((each) => each.job === job.job_name) ?? {};
    const set = Object.fromEntries(values.map(({ field }) => [field, ours[field]]));
    job.tls_config = { ...job.tls_config, ...set };
  }
  return copy;
}

/** Our reading of the input beside Prometheus's: the same value for each field of each job that we report. */
function expectSameReading(config: unknown, result: Rewritten): void {
  const { scrape_configs: jobs } = config as { scrape_configs?: ScrapeConfig[] | null };
  for (const { job, values } of result.jobs) {
    if (result.skipped.some((skipped) => skipped.job === job)) continue;
    const tls = (jobs ?? []).find(({ job_name: name }) => name === job)?.tls_config ?? {};
    for (const { field, actual } of values) {
      const theirs = String(tls[field] ?? (field === 'insecure_skip_verify' ? false : ''));
      const ours = actual ?? (field === 'insecure_skip_verify' ? 'false' : '');
      expect(`${job} ${field} ${ours}`).toBe(`${job} ${field} ${theirs}`);
    }
  }
}

/** Prometheus's own reading differs exactly where it should; gives how many it could read and how many were edited. */
function expectAgreement(samples: readonly Sample[]): { readonly valid: number; readonly edited: number } {
  let valid = 0;
  let edited = 0;
  for (const { text, result, before, after } of samples) {
    if (!before.ok) continue;
    valid += 1;
    if (result.edits.length > 0) edited += 1;
    if (!after.ok)
      throw new Error(`Prometheus rejects the result: ${after.error}\n${text}\n-----\n${result.text}`);
    expect(after.config, text).toEqual(intended(before.config, result, '/etc/prom-certs'));
    expectSameReading(before.config, result);
  }
  return { valid, edited };
}

describe('promtool check config', () => {
  const directory = mkdtempSync(join(tmpdir(), 'meshscrape-promtool-'));
  let promtool = '';
  beforeAll(async () => {
    promtool = (await programs(['promtool'])).promtool;
  }, 900_000);
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function check(files: readonly string[]): Promise<{ readonly failed: boolean; readonly output: string }> {
    return new Promise((resolve) => {
      execFile(promtool, ['check', 'config', '--syntax-only', ...files], (error, stdout, stderr) => {
        resolve({ failed: error !== null, output: stdout + stderr });
      });
    });
  }

  it('accepts every golden before and after', async () => {
    const files = GOLDENS.flatMap(({ name, before, after }) =>
      [before, after].map((text, index) => {
        const file = join(directory, `${name}-${index === 0 ? 'before' : 'after'}.yml`);
        writeFileSync(file, text);
        return file;
      }),
    );
    const { failed, output } = await check(files);
    expect(output.split('\n').filter((line) => /FAILED|error/i.test(line))).toEqual([]);
    expect(failed).toBe(false);
    expect(output.match(/SUCCESS/g)?.length).toBeGreaterThanOrEqual(files.length);
  });

  it('would reject a broken one', async () => {
    const file = join(directory, 'broken.yml');
    writeFileSync(file, 'scrape_configs: [{job_name: a, tls_config: {insecure_skip_verify: "true"}}]\n');
    expect((await check([file])).failed).toBe(true);
  });
});

describe('the effective configuration', () => {
  let goldens: ReadonlyMap<string, Sample>;
  beforeAll(async () => {
    const samples = await evaluated(GOLDENS.map(({ before, request }) => ({ text: before, request })));
    goldens = new Map(GOLDENS.map(({ name }, index) => [name, samples[index] as Sample]));
  }, 900_000);

  it.each(GOLDENS)('of $name differs only at the intended paths', ({ name, before, request }) => {
    const sample = goldens.get(name);
    expect(sample?.text).toBe(before);
    if (sample?.before.ok !== true || !sample.after.ok)
      throw new Error(`rejected: ${JSON.stringify(sample)}`);
    expect(sample.after.config).toEqual(intended(sample.before.config, sample.result, request.mountPath));
    expectSameReading(sample.before.config, sample.result);
  });

  it(`of 2,000 random documents differs only at the intended paths (seed ${SEED})`, async () => {
    const texts = fc.sample(documentChoice, { seed: SEED, numRuns: 2000 }).map(render);
    const { valid, edited } = expectAgreement(await evaluated(random(texts)));
    expect(valid).toBeGreaterThan(1500);
    expect(edited).toBeGreaterThan(1200);
  });

  it(`of 10,000 damaged documents is never made invalid or other than intended (seed ${SEED})`, async () => {
    const bases = [
      ...GOLDENS.map(({ before }) => before),
      ...fc.sample(documentChoice, { seed: SEED, numRuns: 200 }).map(render),
    ];
    const texts = fc
      .sample(fc.tuple(fc.constantFrom(...bases), blows), { seed: SEED, numRuns: 10_000 })
      .map(([text, strikes]) => damage(text, strikes));
    const { valid, edited } = expectAgreement(await evaluated(random(texts)));
    expect(valid).toBeGreaterThan(1000);
    expect(edited).toBeGreaterThan(500);
  });
});
