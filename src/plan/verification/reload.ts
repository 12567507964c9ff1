// Who makes Prometheus read its configuration again, and the request for it.
import type { Container } from '../../api/kubernetes.ts';
import { refOf } from '../../api/write.ts';
import { flagOf, hasFlag } from '../kubernetes/container-flags.ts';
import type { ReloadPrometheus } from '../model/action.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { PrometheusEndpoint } from '../model/prometheus-seen.ts';
import type { Subject } from '../model/subject.ts';

/** How soon Prometheus is asked again what it has loaded. */
export const ASK_AGAIN_MS = 10_000;

export type ReloadMethod = 'Reloader' | 'Http' | 'None' | 'Unknown';

/** Who reloads: what `spec.config.reload` says, or what is seen in the pod template. */
export function reloadMethod({
  snapshot,
  workload,
  container,
}: Pick<Subject, 'snapshot' | 'workload' | 'container'>): ReloadMethod {
  const { reload } = snapshot.resource.spec.config;
  if (reload === 'None') return 'None';
  if (reload === 'Http') return 'Http';
  const { containers, initContainers = [] } = workload.template.spec;
  const others = [...containers, ...initContainers].filter(({ name }) => name !== container.name);
  if (others.some(isReloader) || reloadsItself(container)) return 'Reloader';
  return hasFlag(container, '--web.enable-lifecycle') ? 'Http' : 'Unknown';
}

function isReloader({ image = '', args = [], command = [] }: Container): boolean {
  if (/(config-?reload|configmap-reload)/.test(image.split('/').at(-1) ?? '')) return true;
  return [...command, ...args].some((word) => word.startsWith('--reloader.'));
}

function reloadsItself(container: Container): boolean {
  const features = flagOf(container, ['--enable-feature']) ?? '';
  return hasFlag(container, '--config.auto-reload') || features.split(',').includes('auto-reload-config');
}

/** Asks these replicas over HTTP to read their file again. */
export function reloadAction(
  { snapshot, workload }: Pick<Subject, 'snapshot' | 'workload'>,
  endpoints: readonly PrometheusEndpoint[],
): ReloadPrometheus {
  return {
    kind: 'ReloadPrometheus',
    target: refOf(workload.object),
    stage: 5,
    gates: false,
    reason: `Reload Prometheus in ${endpoints.map(({ pod }) => pod).join(', ')}`,
    fieldManager: fieldManagerOf(snapshot.resource),
    endpoints,
  };
}
