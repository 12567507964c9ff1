// What a write came to, as the port's `WriteResult`: expected answers are values, anything else throws.
import { isMap } from '../../api/json-map.ts';
import type { KubernetesObject, ObjectMeta } from '../../api/kubernetes.ts';
import type { ApplyConflict, ObjectRef, WriteResult } from '../../reconcile/cluster.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import { readApiStatus, type ApiStatus } from '../http/api-status.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { isKubernetesObject, parseJson } from '../http/json.ts';
import { KubeError, nameSubject, type RequestSubject } from '../http/kube-error.ts';

/** The object that a write is about, as its metadata names it. */
export type WriteTarget = ObjectRef & { readonly uid?: string; readonly resourceVersion?: string };

/** The resource as the target of a write. */
export function writeTargetOf(resource: KubernetesObject): WriteTarget {
  const { apiVersion, kind, metadata } = resource;
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

/** Throws a KubeError for whatever is not among the expected answers. */
export function writeResultOf(ref: WriteTarget, subject: RequestSubject, answer: HttpAnswer): WriteResult {
  const value = parseJson(answer.body);
  if (answer.status >= 200 && answer.status < 300) return written(ref, subject, value);
  const status = readApiStatus(value);
  const message = errorOfAnswer(subject, answer).message;
  switch (answer.status) {
    case 404:
      return { kind: 'absent', message };
    case 409:
      return conflictOf(status, message);
    case 400:
    case 403:
    case 422:
      return { kind: 'refused', status: answer.status, reason: status?.reason ?? '', message };
    default:
      throw errorOfAnswer(subject, answer);
  }
}

/** Of a dry run: an object that would be created has neither uid nor resourceVersion, so none is read from the answer. */
export function dryRunResultOf(ref: WriteTarget, subject: RequestSubject, answer: HttpAnswer): WriteResult {
  const isYes = answer.status >= 200 && answer.status < 300;
  return isYes ? { kind: 'written', object: bareObject(ref) } : writeResultOf(ref, subject, answer);
}

function written(ref: WriteTarget, subject: RequestSubject, value: unknown): WriteResult {
  if (isKubernetesObject(value)) return { kind: 'written', object: value };
  // A deletion that is complete answers a Status.
  if (isMap(value) && value['kind'] === 'Status') return { kind: 'written', object: bareObject(ref) };
  throw new KubeError('Malformed', `${nameSubject(subject)}: the answer is no object`);
}

function bareObject(ref: WriteTarget): KubernetesObject {
  const metadata: ObjectMeta = {
    name: ref.name,
    namespace: ref.namespace,
    uid: ref.uid ?? '',
    resourceVersion: '',
  };
  return { apiVersion: ref.apiVersion, kind: ref.kind, metadata };
}

function conflictOf(status: ApiStatus | undefined, message: string): WriteResult {
  const conflicts = (status?.causes ?? []).flatMap((cause): ApplyConflict[] =>
    cause.reason === 'FieldManagerConflict' ? [{ manager: managerOf(cause.message), path: cause.field }] : [],
  );
  return conflicts.length === 0 ? { kind: 'stale', message } : { kind: 'conflict', conflicts, message };
}

/** `conflict with "kubectl-edit" using apps/v1` and `conflict with "x" with subresource "status" …` */
function managerOf(message: string): string {
  return /conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? 'unknown';
}

/** An answer that the caller cannot live with, as an error. */
export function errorOfResult(result: Exclude<WriteResult, { kind: 'written' }>): KubeError {
  const { message } = result;
  switch (result.kind) {
    case 'absent':
      return new KubeError('NotFound', message, { status: 404 });
    case 'conflict':
    case 'stale':
      return new KubeError('Conflict', message, { status: 409 });
    case 'refused':
      return new KubeError(result.status === 403 ? 'Forbidden' : 'Invalid', message, {
        status: result.status,
      });
  }
}
