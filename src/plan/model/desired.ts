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

/** `certificates.*`; an unset one is the one in `otherwise`, or the default. */
export function certificatePaths(
  resource: PrometheusIstioScrape,
  otherwise: CertificatePaths = DEFAULT_PATHS,
): CertificatePaths {
  const { outputDirectory, mountPath, volumeName } = resource.spec.certificates;
  return {
    outputDirectory: outputDirectory ?? otherwise.outputDirectory,
    mountPath: mountPath ?? otherwise.mountPath,
    volumeName: volumeName ?? otherwise.volumeName,
  };
}

export function arePathsEqual(a: CertificatePaths, b: CertificatePaths): boolean {
  return (
    a.outputDirectory === b.outputDirectory && a.mountPath === b.mountPath && a.volumeName === b.volumeName
  );
}

/** What status shows as resolved last; `undefined`: nothing was yet. */
export function lastPaths({ status }: PrometheusIstioScrape): CertificatePaths | undefined {
  const { outputDirectory, mountPath, volumeName } = status?.certificates ?? {};
  if (outputDirectory === undefined || mountPath === undefined || volumeName === undefined) return undefined;
  return { outputDirectory, mountPath, volumeName };
}

/** What holds for a resource whose pod template is not evaluated any more. */
export function resolvedPaths(resource: PrometheusIstioScrape): CertificatePaths {
  return certificatePaths(resource, lastPaths(resource));
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
