// What `meshscrape --help` prints. Flags of the controller come from the settings themselves, so that none is forgotten.
import { describeSettings } from '../settings.ts';

/** The whole help, with a newline at its end. */
export function helpText(): string {
  return `meshscrape keeps a Prometheus that you run yourself scraping an Istio mesh over mutual TLS.

Usage:
  meshscrape controller [flags]            reconcile every PrometheusIstioScrape of the cluster
  meshscrape rewrite [flags] [FILE|-]      print FILE (a prometheus.yaml) rewritten; no cluster needed
  meshscrape --help | --version

controller (in brackets: default; environment variable):
${describeSettings()}

rewrite: see meshscrape rewrite --help

Exit codes: 0 nothing wrong, 1 failed, 2 refused or wrong usage (reason on stderr), 3 a rewrite is needed.
`;
}
