// Events of events.k8s.io/v1: one per transition, the same again raises its series. A failure is logged, never thrown.
// The series of the last 512 are known; the next occurrence of an older one is a new Event.
import { randomUUID } from 'node:crypto';
import { apiVersionOf, KINDS } from '../../api/kinds.ts';
import { GROUP } from '../../api/resource.ts';
import type { ClusterEvent } from '../../reconcile/cluster.ts';
import type { Logger } from '../../reconcile/context.ts';
import type { Timers } from '../clock/timers.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { RequestSubject } from '../http/kube-error.ts';
import { collectionPath, objectPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';

interface EventRecorderOptions {
  readonly transport: Transport;
  readonly log: Logger;
  readonly timers: Timers;
  /** Which controller process: the pod's name. */
  readonly instance: string;
}

interface EventSeries {
  readonly name: string;
  count: number;
}

const CONTROLLER = `${GROUP}/controller`;
const SERIES_MAX = 512;
/** The API server's own limit. */
const NOTE_LIMIT = 1024;
const NAME_LIMIT = 253;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  /** In order of last use. */
  readonly #series = new Map<string, EventSeries>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  async emit(event: ClusterEvent): Promise<void> {
    const subject = { verb: 'record', kind: `Event ${event.reason}`, namespace: event.regarding.namespace };
    try {
      const answer = (await this.#repeat(event, subject)) ?? (await this.#create(event, subject));
      if (answer.status >= 300) throw errorOfAnswer(subject, answer);
    } catch (error) {
      this.#options.log.warn({ err: error, reason: event.reason }, 'an event could not be recorded');
    }
  }

  /** `undefined`: not seen before, or the API server has let it expire. */
  async #repeat(event: ClusterEvent, subject: RequestSubject): Promise<HttpAnswer | undefined> {
    const key = seriesKey(event);
    const known = this.#series.get(key);
    if (known === undefined) return undefined;
    known.count += 1;
    this.#remember(key, known);
    const answer = await this.#options.transport.request({
      subject,
      method: 'PATCH',
      path: objectPath(KINDS.Event, event.regarding.namespace, known.name),
      contentType: 'application/merge-patch+json',
      body: { series: { count: known.count, lastObservedTime: this.#microTime() } },
    });
    return answer.status === 404 ? undefined : answer;
  }

  async #create(event: ClusterEvent, subject: RequestSubject): Promise<HttpAnswer> {
    // kubectl describe sorts by a time that this API does not fill, so it shows them by name: the name begins with the time.
    const time = this.#options.timers.now().toString(16).padStart(11, '0');
    const suffix = `.${time}${randomUUID().slice(0, 5)}`;
    const name = `${event.regarding.name.slice(0, NAME_LIMIT - suffix.length)}${suffix}`;
    const answer = await this.#options.transport.request({
      subject,
      method: 'POST',
      path: collectionPath(KINDS.Event, event.regarding.namespace),
      body: this.#bodyOf(event, name),
    });
    if (answer.status < 300) this.#remember(seriesKey(event), { name, count: 1 });
    return answer;
  }

  #bodyOf(event: ClusterEvent, name: string): object {
    return {
      apiVersion: apiVersionOf(KINDS.Event),
      kind: 'Event',
      metadata: { name, namespace: event.regarding.namespace },
      eventTime: this.#microTime(),
      reportingController: CONTROLLER,
      reportingInstance: this.#options.instance,
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: clipNote(event.note, NOTE_LIMIT),
      regarding: event.regarding,
      ...(event.related === undefined ? {} : { related: event.related }),
    };
  }

  #remember(key: string, event: EventSeries): void {
    this.#series.delete(key);
    this.#series.set(key, event);
    if (this.#series.size <= SERIES_MAX) return;
    const oldest = this.#series.keys().next();
    if (oldest.done !== true) this.#series.delete(oldest.value);
  }

  #microTime(): string {
    return new Date(this.#options.timers.now()).toISOString().replace('Z', '000Z');
  }
}

function seriesKey(event: ClusterEvent): string {
  const { regarding, reason, action, note, type } = event;
  return JSON.stringify([regarding.uid, regarding.namespace, regarding.name, type, reason, action, note]);
}

/** The API server counts bytes. Cut between characters. */
function clipNote(note: string, limit: number): string {
  if (Buffer.byteLength(note) <= limit) return note;
  let bytes = 0;
  let clipped = '';
  for (const character of note) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    clipped += character;
  }
  return clipped;
}
