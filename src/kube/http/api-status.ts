// The `Status` object that the API server answers instead of an object, and sends as the last event of a broken watch.
import { isMap, listAt, mapAt, textAt } from '../../api/json-map.ts';

interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A Status, reduced to what we use. */
export interface ApiStatus {
  /** At most 512 characters. */
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | undefined;
}

const API_MESSAGE_MAX = 512;

/** The Status in a parsed value; `undefined` for anything else (an object, a proxy's page). */
export function readApiStatus(value: unknown): ApiStatus | undefined {
  if (!isMap(value) || value['kind'] !== 'Status') return undefined;
  const details = mapAt(value, 'details');
  const seconds = details['retryAfterSeconds'];
  return {
    message: clipMessage(textAt(value, 'message') ?? ''),
    reason: textAt(value, 'reason') ?? '',
    code: typeof value['code'] === 'number' ? value['code'] : 0,
    causes: listAt(details, 'causes')
      .filter(isMap)
      .map((cause) => ({
        reason: textAt(cause, 'reason') ?? '',
        message: clipMessage(textAt(cause, 'message') ?? ''),
        field: textAt(cause, 'field') ?? '',
      })),
    retryAfterSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : undefined,
  };
}

/** Cut between characters. */
export function clipMessage(message: string): string {
  const points = Array.from(message);
  return points.length <= API_MESSAGE_MAX ? message : `${points.slice(0, API_MESSAGE_MAX - 1).join('')}…`;
}
