// A LIST in pages, whole or its first objects. An expired continue token starts it afresh, a bounded number of times.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import { parseList } from '../http/json.ts';
import { KubeError, nameSubject, type RequestSubject } from '../http/kube-error.ts';
import type { Transport } from '../http/transport.ts';

export interface ListRequest {
  readonly subject: RequestSubject;
  readonly path: string;
  readonly accept?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Asks for no more objects than so many; all of them if not given. */
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** Of the first page's snapshot: a watch starts here. */
  readonly resourceVersion: string;
}

const PAGE = 500;
const FRESH_STARTS = 3;

/** `transform` is applied page by page, so that what it drops is never held in memory all at once. */
export async function listObjects<T>(
  transport: Transport,
  request: ListRequest,
  transform: (object: KubernetesObject) => T,
): Promise<Listed<T>> {
  for (let starts = 1; ; starts += 1) {
    const listed = await listPages(transport, request, transform);
    if (listed !== undefined) return listed;
    if (starts === FRESH_STARTS) {
      throw new KubeError('Gone', `${nameSubject(request.subject)}: the list expired ${starts} times`);
    }
  }
}

/** `undefined`: a page token expired in the middle. */
async function listPages<T>(
  transport: Transport,
  request: ListRequest,
  transform: (object: KubernetesObject) => T,
): Promise<Listed<T> | undefined> {
  const items: T[] = [];
  let next = '';
  for (;;) {
    const answer = await transport.request({
      subject: request.subject,
      method: 'GET',
      path: request.path,
      query: {
        limit: String(request.most ?? PAGE),
        continue: next === '' ? undefined : next,
        labelSelector: request.labelSelector,
        fieldSelector: request.fieldSelector,
      },
      ...(request.accept === undefined ? {} : { accept: request.accept }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    if (answer.status === 410 && next !== '') return undefined;
    if (answer.status !== 200) throw errorOfAnswer(request.subject, answer);
    const page = parseList(answer.body);
    if (page === undefined) {
      throw new KubeError('Malformed', `${nameSubject(request.subject)}: the answer is not a list`);
    }
    for (const object of page.items) items.push(transform(object));
    if (page.next === '' || request.most !== undefined)
      return { items, resourceVersion: page.resourceVersion };
    next = page.next;
  }
}
