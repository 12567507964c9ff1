// The istio-proxy of a pod, among containers or init containers, and what the injector wrote into its environment.
import type { Container, Pod, PodSpec } from '../../api/kubernetes.ts';

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Among the containers or, as a native sidecar, among the init containers. */
export function proxyOf({ spec }: Pod): Container | undefined {
  return proxyIn(spec);
}

/** The same of any pod spec, a template's too. */
export function proxyIn(spec: PodSpec): Container | undefined {
  return [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === 'istio-proxy');
}

/** A variable of its environment, which every key of proxyMetadata becomes, from wherever in the mesh it comes; the last counts. */
export function proxyVariable(pod: Pod, name: string): string | undefined {
  return proxyOf(pod)?.env?.findLast((variable) => variable.name === name)?.value;
}

/** Istio takes an empty variable or label for none. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** True if a variable of its environment is set to what Go's ParseBool takes for true, as the agent reads it. */
export function isProxyVariableTrue(pod: Pod, name: string): boolean {
  return TRUE.has(proxyVariable(pod, name) ?? '');
}
