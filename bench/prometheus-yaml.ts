// How long the prometheus.yaml editor takes at 0.25, 0.5, 1 and 2 MB, beside js-yaml's own `load` of the same text in
// the same run. Runs alone: node bench/prometheus-yaml.ts
import { pathToFileURL } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

import { load } from 'js-yaml';

import { rewrite } from '../src/edit/prometheus-yaml/rewrite.ts';

const REQUEST = {
  jobs: [],
  legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
  mountPath: '/etc/prom-certs',
  previousMountPaths: [],
  recorded: {},
};
const JOBS_PER_MB = 2000;
const RUNS = 9;
const HEAP_MB = 60;

/** A configuration of so many jobs, about 525 bytes each, with comments; every one is to be rewritten. */
function largeConfig(jobs: number): string {
  const parts = ['global:\n  scrape_interval: 15s\nscrape_configs:\n'];
  for (let index = 0; index < jobs; index += 1) {
    const directory = index % 2 === 0 ? '/etc/istio-certs' : '/etc/certs';
    parts.push(`# Job ${index}: scraped over mutual TLS
- job_name: 'kubernetes-pods-istio-secure-${index}'
  scheme: https
  tls_config:
    ca_file: ${directory}/root-cert.pem
    cert_file: ${directory}/cert-chain.pem
    key_file: ${directory}/key.pem
    insecure_skip_verify: true  # Prometheus does not know SPIFFE names
  kubernetes_sd_configs:
  - role: pod
  relabel_configs:
  - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
    action: keep
    regex: true
`);
  }
  return parts.join('');
}

/** The medians of some runs each, taken in turns so that a busy moment hurts all alike; milliseconds. */
function medians(tasks: readonly (() => unknown)[]): number[] {
  const times = tasks.map((): number[] => []);
  for (let run = -2; run < RUNS; run += 1) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      task();
      // The first two are for the compiler.
      if (run >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN);
}

/** Only the text is kept, so that no result of an earlier run weighs on the heap of a later one. */
function rewrittenText(text: string, edits: number): string {
  const result = rewrite(text, REQUEST);
  if (result.kind === 'refused' || result.edits.length !== edits) throw new Error('wrong edits');
  return result.text;
}

/**
 * Whether a rewrite of so many jobs fits a heap of so many MB in all, old and new generation: it is run in a worker that
 * may not have more. A reading of heapUsed would count garbage, or miss the peak.
 */
function fitsHeap(jobs: number, heapMB: number): Promise<boolean> {
  const resourceLimits = { maxOldGenerationSizeMb: heapMB - 12, maxYoungGenerationSizeMb: 12 };
  const worker = new Worker(new URL(import.meta.url), { workerData: { jobs }, resourceLimits });
  return new Promise((resolve) => {
    worker.once('error', () => {
      resolve(false);
    });
    worker.once('exit', (code) => {
      resolve(code === 0);
    });
  });
}

/** Prints a table and gives its figures. */
export async function benchPrometheusYaml(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  console.log('prometheus.yaml editor    size MB   jobs   rewrite ms   no-op ms   js-yaml load ms   ratio');
  for (const size of [0.25, 0.5, 1, 2]) {
    const text = largeConfig(size * JOBS_PER_MB);
    const done = rewrittenText(text, size * JOBS_PER_MB * 3);
    const [rewriteMs = Number.NaN, noOpMs = Number.NaN, loadMs = Number.NaN] = medians([
      () => rewrite(text, REQUEST),
      () => rewrite(done, REQUEST),
      () => load(text),
    ]);
    const row = [text.length / 1e6, size * JOBS_PER_MB, rewriteMs, noOpMs, loadMs, rewriteMs / loadMs];
    console.log(' '.repeat(22) + row.map((value) => value.toFixed(2).padStart(10)).join(' '));
    figures[`prometheusYaml.${size}MB.rewriteMs`] = rewriteMs;
    figures[`prometheusYaml.${size}MB.noOpMs`] = noOpMs;
    figures[`prometheusYaml.${size}MB.loadMs`] = loadMs;
    figures[`prometheusYaml.${size}MB.ratioToLoad`] = rewriteMs / loadMs;
  }
  const fits = await fitsHeap(JOBS_PER_MB, HEAP_MB);
  console.log(
    `${' '.repeat(22)}1 MB, ${JOBS_PER_MB} jobs, in a heap of ${HEAP_MB} MB: ${fits ? 'yes' : 'NO'}`,
  );
  figures[`prometheusYaml.1MB.fits${HEAP_MB}MBHeap`] = fits ? 1 : 0;
  return figures;
}

if (!isMainThread) {
  const { jobs } = workerData as { readonly jobs: number };
  const text = largeConfig(jobs);
  for (let run = 0; run < 3; run += 1) rewrite(text, REQUEST);
} else if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await benchPrometheusYaml();
}
