// What the API server or the way to it answered, as one class of error: a stable code, and whether another try may help.
// Takes nothing from an answer but the message of its Status object: bodies and headers may hold secrets.
import { isMap, listAt, mapAt, textAt } from '../../api/json-map.ts';
import { parseJson } from './json.ts';

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

/** What a request was about, for messages. */
export interface Subject {
  readonly verb: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** "apply StatefulSet app-metrics/prometheus" */
export function nameSubject(subject: Subject): string {
  const place = [subject.namespace, subject.name]
    .filter((part) => part !== undefined && part !== '')
    .join('/');
  return place === '' ? `${subject.verb} ${subject.kind}` : `${subject.verb} ${subject.kind} ${place}`;
}

interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A `Status` object of the API server, reduced to what we use. */
export interface ApiStatus {
  /** At most 512 characters. */
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | undefined;
}

const MESSAGE_LIMIT = 512;

function clip(message: string): string {
  const points = Array.from(message);
  return points.length <= MESSAGE_LIMIT ? message : `${points.slice(0, MESSAGE_LIMIT - 1).join('')}…`;
}

function parseCause(value: unknown): StatusCause[] {
  if (!isMap(value)) return [];
  return [
    {
      reason: textAt(value, 'reason') ?? '',
      message: clip(textAt(value, 'message') ?? ''),
      field: textAt(value, 'field') ?? '',
    },
  ];
}

/** The Status in a parsed value; `undefined` for anything else (an object, a proxy's page). */
export function statusOf(value: unknown): ApiStatus | undefined {
  if (!isMap(value) || value['kind'] !== 'Status') return undefined;
  const details = mapAt(value, 'details');
  const seconds = details['retryAfterSeconds'];
  return {
    message: clip(textAt(value, 'message') ?? ''),
    reason: textAt(value, 'reason') ?? '',
    code: typeof value['code'] === 'number' ? value['code'] : 0,
    causes: listAt(details, 'causes').flatMap(parseCause),
    retryAfterSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : undefined,
  };
}

const CODES: Readonly<Record<number, KubeErrorCode>> = {
  400: 'Invalid',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'Invalid',
  406: 'Invalid',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Invalid',
  415: 'Invalid',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'Unavailable',
  504: 'Timeout',
};

/** An answer that is not a success, as an error. */
export function errorOfAnswer(
  subject: Subject,
  answer: { readonly status: number; readonly body: string; readonly retryAfterMs?: number | undefined },
): KubeError {
  return errorOfStatus(subject, answer, statusOf(parseJson(answer.body)));
}

/** The same for a Status that came inside of a watch. */
export function errorOfStatus(
  subject: Subject,
  answer: { readonly status: number; readonly retryAfterMs?: number | undefined },
  status: ApiStatus | undefined,
): KubeError {
  const code = CODES[answer.status] ?? (answer.status >= 500 ? 'ServerError' : 'Malformed');
  const said = status === undefined || status.message === '' ? `HTTP ${answer.status}` : status.message;
  const seconds = status?.retryAfterSeconds;
  return new KubeError(code, `${nameSubject(subject)}: ${said}`, {
    status: answer.status,
    retryAfterMs: answer.retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
  });
}

/** No answer at all: the way failed or took too long. A KubeError passes through. */
export function errorOfFailure(subject: Subject, error: unknown, timedOut: boolean): KubeError {
  if (error instanceof KubeError) {
    return error.code === 'Timeout'
      ? new KubeError('Timeout', `${nameSubject(subject)}: ${error.message}`, { cause: error })
      : error;
  }
  const why = error instanceof Error ? error.message : String(error);
  const code = timedOut ? 'Timeout' : 'Unavailable';
  return new KubeError(code, `${nameSubject(subject)}: ${clip(why)}`, { cause: error });
}
