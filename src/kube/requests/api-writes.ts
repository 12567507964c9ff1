// The writes of the port as requests: verb, path, content type and field manager of each.
import type {
  ApplyBody,
  ApplyOptions,
  JsonPatchOperation,
  ObjectRef,
  WriteResult,
} from '../../reconcile/cluster.ts';
import { KINDS } from '../../api/kinds.ts';
import type { ApiCall } from '../http/api-call.ts';
import type { NextPod } from '../../plan/model/pod-admission.ts';
import { collectionPath, refPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { dryRunResultOf, writeResultOf, type WriteTarget } from './write-result.ts';

const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STATUS_MANAGER = 'meshscrape-status';
const FINALIZER_MANAGER = 'meshscrape';
const ADMISSION_MANAGER = 'meshscrape';

interface IsDryRun {
  /** Nothing is stored. */
  readonly dryRun?: boolean;
}

export class ApiWrites {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A dry run: admission answers, nothing is stored. */
  admitPod(pod: NextPod): Promise<WriteResult> {
    const { namespace, generateName } = pod.metadata;
    const ref = { apiVersion: pod.apiVersion, kind: pod.kind, namespace, name: generateName };
    return this.#write(ref, {
      subject: { ...ref, verb: 'dry-run create' },
      method: 'POST',
      path: collectionPath(KINDS.Pod, namespace),
      query: { dryRun: 'All', fieldManager: ADMISSION_MANAGER },
      body: pod,
    });
  }

  apply(ref: ObjectRef, body: ApplyBody, options: ApplyOptions & IsDryRun): Promise<WriteResult> {
    return this.#write(ref, {
      subject: { ...ref, verb: 'apply' },
      method: 'PATCH',
      path: refPath(ref),
      query: { fieldManager: options.fieldManager, force: String(options.force), ...dryRunQuery(options) },
      contentType: APPLY,
      body,
    });
  }

  patch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: { readonly fieldManager: string } & IsDryRun,
  ): Promise<WriteResult> {
    return this.#write(ref, {
      subject: { ...ref, verb: 'patch' },
      method: 'PATCH',
      path: refPath(ref),
      query: { fieldManager: options.fieldManager, ...dryRunQuery(options) },
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

  status(ref: WriteTarget, status: unknown): Promise<WriteResult> {
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
  mergeStatus(ref: WriteTarget, status: unknown): Promise<WriteResult> {
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

  finalizers(ref: WriteTarget, finalizers: readonly string[]): Promise<WriteResult> {
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

  async #write(ref: WriteTarget, call: ApiCall): Promise<WriteResult> {
    const answer = await this.#transport.request(call);
    const isDryRun = call.query?.['dryRun'] !== undefined;
    return (isDryRun ? dryRunResultOf : writeResultOf)(ref, call.subject, answer);
  }
}

function dryRunQuery({ dryRun = false }: IsDryRun): Readonly<Record<string, string>> {
  return dryRun ? { dryRun: 'All' } : {};
}
