// A pod template that brings an istio-proxy of its own, which does not write where the certificates are to be.
import { outputSetting, type OutputSetting } from '../istio-proxy/output.ts';
import type { Refusal } from '../model/assessment.ts';
import type { CertificatePaths } from '../model/desired.ts';
import type { Subject } from '../model/subject.ts';
import { foreignAdvice } from '../workload/foreign-advice.ts';
import { isHandMade, templateProxy } from './wiring.ts';

/**
 * istiod merges an istio-proxy of the template with the injected one, and the template's env counts (up to 1.8 the pod is
 * refused). One with the image `auto` or none is laid over the injected one, which brings the rest.
 */
export function ownProxyRefusal(
  { snapshot, workload }: Pick<Subject, 'snapshot' | 'workload'>,
  paths: CertificatePaths,
  foreign?: CertificatePaths,
): Refusal | undefined {
  const proxy = templateProxy(workload.template);
  if (proxy === undefined) return undefined;
  const setting = outputSetting(proxy);
  if (setting.kind === 'Unset' && !isHandMade({ workload })) return undefined;
  const what = wrongOutput(setting, paths);
  if (what === undefined) return undefined;
  const advice =
    foreignAdvice({ snapshot, foreign }) ??
    `take the container out, or give it OUTPUT_CERTS, a plain directory of a volume that container ${workloadContainer(workload.template.spec.containers)} mounts too`;
  const message = `the pod template brings a container istio-proxy of its own, which ${what}: ${advice}`;
  return { reason: 'ProxyContainerInTemplate', message, stalled: true };
}

/** `undefined`: certificates are written where they should be. */
function wrongOutput(setting: OutputSetting, { outputDirectory }: CertificatePaths): string | undefined {
  switch (setting.kind) {
    case 'Unset':
      return 'sets no OUTPUT_CERTS, so it writes no certificates';
    case 'Set':
      if (setting.directory === outputDirectory) return undefined;
      return `sets OUTPUT_CERTS to ${setting.directory}, and its own env counts, not ${outputDirectory}`;
    case 'Computed':
      return `computes OUTPUT_CERTS (${setting.how}), so where it writes is not known`;
  }
}

function workloadContainer(containers: readonly { readonly name: string }[]): string {
  return containers.find(({ name }) => name !== 'istio-proxy')?.name ?? 'prometheus';
}
