// What the API server says when it refuses a request, as far as sentences have to be kept apart: the words of kube-apiserver 1.36.
import { INJECTOR_WEBHOOK_SUFFIX } from '../../api/istio-names.ts';

/** True if the account lacks the permission, whatever admission would have said. */
export function lacksPermission(message: string): boolean {
  return /User "[^"]*" cannot [a-z]+ resource "/.test(message);
}

/** True if a webhook may have side effects, so that the API server runs no dry run past it. */
export function dryRunIsUnsupported(message: string): boolean {
  return /admission webhook "[^"]*" does not support dry run/.test(message);
}

export interface AdmissionSentence {
  readonly by: 'PodSecurity' | 'Injector';
  /** Without the name of the pod, which is another one each time. */
  readonly text: string;
}

/**
 * What Pod Security or an injector said of a pod, where one of them refused it. A quota, a name that is taken, a webhook that
 * failed or cannot do dry runs say nothing of the pod.
 */
export function admissionSentence(message: string): AdmissionSentence | undefined {
  const podSecurity = /violates PodSecurity ".*$/s.exec(message);
  if (podSecurity !== null) return { by: 'PodSecurity', text: podSecurity[0] };
  const denied = /admission webhook "([^"]*)" denied the request.*$/s.exec(message);
  if (denied?.[1]?.endsWith(INJECTOR_WEBHOOK_SUFFIX) !== true) return undefined;
  return { by: 'Injector', text: denied[0] };
}
