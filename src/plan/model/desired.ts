// What a resource asks for, with every default resolved: the one place that reads these fields of spec.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { PartMode, PartName } from './part.ts';

export interface CertificatePaths {
  /** Inside istio-proxy. */
  readonly outputDirectory: string;
  /** Inside Prometheus. */
  readonly mountPath: string;
  readonly volumeName: string;
}

const DEFAULT_PATHS: CertificatePaths = {
  outputDirectory: '/etc/istio-output-certs',
  mountPath: '/etc/prom-certs',
  volumeName: 'istio-output-certs',
};

/** `certificates.*`, unset ones by default. */
export function certificatePaths(resource: PrometheusIstioScrape): CertificatePaths {
  const { outputDirectory, mountPath, volumeName } = resource.spec.certificates;
  return {
    outputDirectory: outputDirectory ?? DEFAULT_PATHS.outputDirectory,
    mountPath: mountPath ?? DEFAULT_PATHS.mountPath,
    volumeName: volumeName ?? DEFAULT_PATHS.volumeName,
  };
}

/** The revision or tag, `undefined` for none; `default` counts as none. */
export function revisionOf(resource: PrometheusIstioScrape): string | undefined {
  const { revision } = resource.spec.istio;
  return revision === '' || revision === 'default' ? undefined : revision;
}

/** The strictest of `mode`, `suspend` and `manage`. `Auto` is Enforce: nothing looks for a continuous deployer yet. */
export function partModeOf(resource: PrometheusIstioScrape, part: PartName): PartMode {
  const managed = resource.spec.manage[part];
  if (managed === 'Ignore') return 'Ignore';
  const observes = resource.spec.mode === 'Observe' || resource.spec.suspend || managed === 'Observe';
  return observes ? 'Observe' : 'Enforce';
}
