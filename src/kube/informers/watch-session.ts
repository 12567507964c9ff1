// One WATCH request from a resourceVersion to its end: events to typed calls, bookmarks, a timer for silence, and how it
// ended.
import { isMap } from '../../api/json-map.ts';
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { Timers } from '../clock/timers.ts';
import { errorOfAnswer, errorOfStatus } from '../http/answer-errors.ts';
import { readApiStatus } from '../http/api-status.ts';
import { isKubernetesObject, parseJson } from '../http/json.ts';
import { KubeError, type RequestSubject } from '../http/kube-error.ts';
import { lineReader } from '../http/line-reader.ts';
import type { Transport } from '../http/transport.ts';

export interface WatchRequest {
  readonly subject: RequestSubject;
  readonly path: string;
  readonly accept: string;
  readonly labelSelector: string | undefined;
  readonly fromVersion: string;
  /** The server ends the watch after so long: no watch lives for ever on one connection. */
  readonly timeoutSeconds: number;
  /** For the answer's headers. */
  readonly headersTimeoutMs: number;
  /** Neither event nor bookmark for so long: the connection is dead, whatever TCP says. Bookmarks come once a minute. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

interface WatchEvents {
  readonly onObject: (type: 'upsert' | 'delete', object: KubernetesObject) => void;
  /** Everything up to this version has been delivered. */
  readonly onVersion: (resourceVersion: string) => void;
}

interface WatchPorts {
  readonly transport: Transport;
  readonly timers: Timers;
}

/**
 * Runs until the server ends the watch. Throws a KubeError for anything else: code Gone when the version is too old,
 * Timeout after silence, the code of the answer or of the ERROR event otherwise.
 */
export async function runWatch(ports: WatchPorts, request: WatchRequest, events: WatchEvents): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  const outcome: { failure?: KubeError } = {};
  const end = (error: KubeError): void => {
    outcome.failure ??= error;
    ended.abort();
  };
  const silence = watchSilence(ports.timers, request.silenceMs, () => {
    end(new KubeError('Timeout', `watch ${request.subject.kind}: silent for ${request.silenceMs} ms`));
  });
  const read = lineReader((line) => {
    // The generation guard: nothing of a chunk is delivered after the watch was stopped in the middle of it.
    if (outcome.failure !== undefined || request.signal.aborted) return;
    const error = handleLine(line, request.subject, events);
    if (error !== undefined) end(error);
  });
  try {
    const answer = await ports.transport.stream(callOf(request, signal), (chunk) => {
      silence.seen();
      read(chunk);
    });
    if (answer.status !== 200) throw errorOfAnswer(request.subject, answer);
  } catch (error) {
    throw outcome.failure ?? error;
  } finally {
    silence.stop();
  }
}

function callOf(request: WatchRequest, signal: AbortSignal): Parameters<Transport['stream']>[0] {
  return {
    subject: request.subject,
    method: 'GET',
    path: request.path,
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: request.fromVersion,
      timeoutSeconds: String(request.timeoutSeconds),
      labelSelector: request.labelSelector,
    },
    accept: request.accept,
    timeoutMs: request.headersTimeoutMs,
    signal,
  };
}

/** An error ends the watch. */
function handleLine(line: string, subject: RequestSubject, events: WatchEvents): KubeError | undefined {
  const event = parseJson(line);
  if (!isMap(event)) return new KubeError('Malformed', `watch ${subject.kind}: a line that is no event`);
  const { type, object } = event;
  if (type === 'ERROR') {
    const status = readApiStatus(object);
    return errorOfStatus(subject, { status: status?.code ?? 0 }, status);
  }
  if (type === 'BOOKMARK') {
    const version = bookmarkVersion(object);
    if (version !== undefined) events.onVersion(version);
    return undefined;
  }
  if (!isKubernetesObject(object))
    return new KubeError('Malformed', `watch ${subject.kind}: an event without object`);
  events.onObject(type === 'DELETED' ? 'delete' : 'upsert', object);
  events.onVersion(object.metadata.resourceVersion);
  return undefined;
}

/** A bookmark carries nothing but its version. */
function bookmarkVersion(object: unknown): string | undefined {
  if (!isMap(object) || !isMap(object['metadata'])) return undefined;
  const version = object['metadata']['resourceVersion'];
  return typeof version === 'string' ? version : undefined;
}

interface Silence {
  seen(): void;
  stop(): void;
}

/** One timer that checks the time of the last chunk, instead of a timer per chunk. */
function watchSilence(timers: Timers, limitMs: number, onSilence: () => void): Silence {
  let lastSeenAt = timers.now();
  const check = (): void => {
    const quietMs = timers.now() - lastSeenAt;
    if (quietMs >= limitMs) onSilence();
    else cancel = timers.after(limitMs - quietMs, check);
  };
  let cancel = timers.after(limitMs, check);
  return {
    seen: () => {
      lastSeenAt = timers.now();
    },
    stop: () => {
      cancel();
    },
  };
}
