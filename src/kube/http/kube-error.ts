// The one class of error of `kube`: a stable code, which decides whether another try may help, and a message that names
// verb, kind and object. Nothing of an answer but the API server's own sentence gets in: bodies and headers hold secrets.
export type KubeErrorCode =
  | 'Unavailable'
  | 'Timeout'
  | 'TooManyRequests'
  | 'ServerError'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'NotSynced'
  | 'Malformed'
  | 'Misconfigured'
  | 'Closed';

const RETRYABLE: ReadonlySet<KubeErrorCode> = new Set([
  'Unavailable',
  'Timeout',
  'TooManyRequests',
  'ServerError',
  'Unauthorized',
  'Conflict',
  'Gone',
  'NotSynced',
  'Malformed',
]);

export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  /** False: the same request will fail again until a person changes something. */
  readonly retryable: boolean;
  /** HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** What the API server asked us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: KubeErrorCode,
    message: string,
    more: {
      readonly status?: number;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** What a request is about, for messages. */
export interface RequestSubject {
  readonly verb: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** "apply StatefulSet app-metrics/prometheus" */
export function nameSubject(subject: RequestSubject): string {
  const place = [subject.namespace, subject.name]
    .filter((part) => part !== undefined && part !== '')
    .join('/');
  return place === '' ? `${subject.verb} ${subject.kind}` : `${subject.verb} ${subject.kind} ${place}`;
}
