// Events of events.k8s.io/v1: one per transition, the same again raises its series. A failure is logged, never thrown.
// Does not decide what is worth an event. Remembers a bounded number.
import { GROUP } from '../../api/resource.ts';
import { randomUUID } from 'node:crypto';
import type { ClusterEvent } from '../../reconcile/cluster.ts';
import type { Logger } from '../../reconcile/context.ts';
import type { Timers } from '../clock/timers.ts';
import { errorOfAnswer, type Subject } from '../http/errors.ts';
import type { Answer } from '../http/exchange.ts';
import { collectionPath, objectPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';

export interface EventRecorderOptions {
  readonly transport: Transport;
  readonly log: Logger;
  readonly timers: Timers;
  /** Which controller process: the pod's name. */
  readonly instance: string;
}

interface Remembered {
  readonly name: string;
  count: number;
}

const EVENTS = { group: 'events.k8s.io', version: 'v1', plural: 'events' } as const;
const CONTROLLER = `${GROUP}/controller`;
const MEMORY = 512;
/** The API server's own limit. */
const NOTE_LIMIT = 1024;
const NAME_LIMIT = 253;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  /** In order of last use. */
  readonly #memory = new Map<string, Remembered>();

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
  async #repeat(event: ClusterEvent, subject: Subject): Promise<Answer | undefined> {
    const key = keyOf(event);
    const known = this.#memory.get(key);
    if (known === undefined) return undefined;
    known.count += 1;
    this.#remember(key, known);
    const answer = await this.#options.transport.request({
      subject,
      method: 'PATCH',
      path: objectPath(EVENTS, event.regarding.namespace, known.name),
      contentType: 'application/merge-patch+json',
      body: { series: { count: known.count, lastObservedTime: this.#microTime() } },
    });
    return answer.status === 404 ? undefined : answer;
  }

  async #create(event: ClusterEvent, subject: Subject): Promise<Answer> {
    // kubectl describe sorts by a time that this API does not fill, so it shows them by name: the name begins with the time.
    const time = this.#options.timers.now().toString(16).padStart(11, '0');
    const suffix = `.${time}${randomUUID().slice(0, 5)}`;
    const name = `${event.regarding.name.slice(0, NAME_LIMIT - suffix.length)}${suffix}`;
    const answer = await this.#options.transport.request({
      subject,
      method: 'POST',
      path: collectionPath(EVENTS, event.regarding.namespace),
      body: this.#bodyOf(event, name),
    });
    if (answer.status < 300) this.#remember(keyOf(event), { name, count: 1 });
    return answer;
  }

  #bodyOf(event: ClusterEvent, name: string): object {
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: event.regarding.namespace },
      eventTime: this.#microTime(),
      reportingController: CONTROLLER,
      reportingInstance: this.#options.instance,
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: clipBytes(event.note, NOTE_LIMIT),
      regarding: event.regarding,
      ...(event.related === undefined ? {} : { related: event.related }),
    };
  }

  /** The oldest is forgotten: its next occurrence is a new event, which is no harm. */
  #remember(key: string, event: Remembered): void {
    this.#memory.delete(key);
    this.#memory.set(key, event);
    if (this.#memory.size <= MEMORY) return;
    const oldest = this.#memory.keys().next();
    if (oldest.done !== true) this.#memory.delete(oldest.value);
  }

  #microTime(): string {
    return new Date(this.#options.timers.now()).toISOString().replace('Z', '000Z');
  }
}

function keyOf(event: ClusterEvent): string {
  const { regarding, reason, action, note, type } = event;
  return JSON.stringify([regarding.uid, regarding.namespace, regarding.name, type, reason, action, note]);
}

/** The API server counts bytes. Cut between characters. */
function clipBytes(note: string, limit: number): string {
  if (Buffer.byteLength(note) <= limit) return note;
  let bytes = 0;
  let kept = '';
  for (const character of note) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
