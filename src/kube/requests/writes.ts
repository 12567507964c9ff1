// The writes of the port as requests, and their answers as `WriteResult`: expected answers are values.
// Does not touch caches and does not decide whether to write.
import { isMap } from '../../api/json-map.ts';
import type { KubernetesObject, ObjectMeta } from '../../api/kubernetes.ts';
import type {
  ApplyBody,
  ApplyConflict,
  ApplyOptions,
  JsonPatchOperation,
  ObjectRef,
  WriteResult,
} from '../../reconcile/cluster.ts';
import {
  errorOfAnswer,
  KubeError,
  nameSubject,
  statusOf,
  type ApiStatus,
  type Subject,
} from '../http/errors.ts';
import type { Answer } from '../http/exchange.ts';
import { isObject, parseJson } from '../http/json.ts';
import { refPath } from '../http/resource-path.ts';
import type { ApiCall, Transport } from '../http/transport.ts';

const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STATUS_MANAGER = 'meshscrape-status';
const FINALIZER_MANAGER = 'meshscrape';

/** The object that a write is about, as its metadata names it. */
export type Named = ObjectRef & { readonly uid?: string; readonly resourceVersion?: string };

/** The resource as the target of a write. */
export function namedOf(resource: KubernetesObject): Named {
  const { apiVersion, kind, metadata } = resource;
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

export class Writes {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  apply(ref: ObjectRef, body: ApplyBody, options: ApplyOptions): Promise<WriteResult> {
    return this.#write(ref, {
      subject: { ...ref, verb: 'apply' },
      method: 'PATCH',
      path: refPath(ref),
      query: { fieldManager: options.fieldManager, force: String(options.force) },
      contentType: APPLY,
      body,
    });
  }

  patch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    fieldManager: string,
  ): Promise<WriteResult> {
    return this.#write(ref, {
      subject: { ...ref, verb: 'patch' },
      method: 'PATCH',
      path: refPath(ref),
      query: { fieldManager },
      contentType: JSON_PATCH,
      body: operations,
    });
  }

  delete(ref: ObjectRef, uid: string): Promise<WriteResult> {
    return this.#write(
      { ...ref, uid },
      {
        subject: { ...ref, verb: 'delete' },
        method: 'DELETE',
        path: refPath(ref),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid },
          propagationPolicy: 'Background',
        },
      },
    );
  }

  status(ref: Named, status: unknown): Promise<WriteResult> {
    const { apiVersion, kind, name, namespace } = ref;
    return this.#write(ref, {
      subject: { ...ref, verb: 'write status of' },
      method: 'PATCH',
      path: `${refPath(ref)}/status`,
      query: { fieldManager: STATUS_MANAGER, force: 'true' },
      contentType: APPLY,
      body: { apiVersion, kind, metadata: { name, namespace }, status },
    });
  }

  /** JSON merge patch of the status; with a resourceVersion as precondition if the ref has one. */
  mergeStatus(ref: Named, status: unknown): Promise<WriteResult> {
    const { uid, resourceVersion } = ref;
    return this.#write(ref, {
      subject: { ...ref, verb: 'patch status of' },
      method: 'PATCH',
      path: `${refPath(ref)}/status`,
      query: { fieldManager: STATUS_MANAGER },
      contentType: MERGE_PATCH,
      body: { metadata: { uid, resourceVersion }, status },
    });
  }

  finalizers(ref: Named, finalizers: readonly string[]): Promise<WriteResult> {
    const { uid, resourceVersion } = ref;
    return this.#write(ref, {
      subject: { ...ref, verb: 'set finalizers of' },
      method: 'PATCH',
      path: refPath(ref),
      query: { fieldManager: FINALIZER_MANAGER },
      contentType: MERGE_PATCH,
      body: { metadata: { finalizers, uid, resourceVersion } },
    });
  }

  async #write(ref: Named, call: ApiCall): Promise<WriteResult> {
    const answer = await this.#transport.request(call);
    return resultOf(ref, call.subject, answer);
  }
}

/** Throws a KubeError for whatever is not among the expected answers. */
export function resultOf(ref: Named, subject: Subject, answer: Answer): WriteResult {
  const value = parseJson(answer.body);
  if (answer.status >= 200 && answer.status < 300) return written(ref, subject, value);
  const status = statusOf(value);
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

function written(ref: Named, subject: Subject, value: unknown): WriteResult {
  if (isObject(value)) return { kind: 'written', object: value };
  // A deletion that is complete answers a Status.
  if (isMap(value) && value['kind'] === 'Status') return { kind: 'written', object: bareObject(ref) };
  throw new KubeError('Malformed', `${nameSubject(subject)}: the answer is no object`);
}

function bareObject(ref: Named): KubernetesObject {
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
    cause.reason === 'FieldManagerConflict' ? [{ manager: managerIn(cause.message), path: cause.field }] : [],
  );
  return conflicts.length === 0 ? { kind: 'stale', message } : { kind: 'conflict', conflicts, message };
}

/** `conflict with "kubectl-edit" using apps/v1` and `conflict with "x" with subresource "status" …` */
function managerIn(message: string): string {
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
