// Which KubeError an answer that is no success becomes, or a request that got none: the code follows the HTTP status.
import { clipMessage, readApiStatus, type ApiStatus } from './api-status.ts';
import { parseJson } from './json.ts';
import { KubeError, nameSubject, type KubeErrorCode, type RequestSubject } from './kube-error.ts';

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
  subject: RequestSubject,
  answer: { readonly status: number; readonly body: string; readonly retryAfterMs?: number | undefined },
): KubeError {
  return errorOfStatus(subject, answer, readApiStatus(parseJson(answer.body)));
}

/** The same for a Status that came inside of a watch. */
export function errorOfStatus(
  subject: RequestSubject,
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

/** No answer at all: the connection failed or nobody answered in time. A KubeError passes through. */
export function errorOfFailure(subject: RequestSubject, error: unknown, timedOut: boolean): KubeError {
  if (error instanceof KubeError) {
    return error.code === 'Timeout'
      ? new KubeError('Timeout', `${nameSubject(subject)}: ${error.message}`, { cause: error })
      : error;
  }
  const why = error instanceof Error ? error.message : String(error);
  const code = timedOut ? 'Timeout' : 'Unavailable';
  return new KubeError(code, `${nameSubject(subject)}: ${clipMessage(why)}`, { cause: error });
}
