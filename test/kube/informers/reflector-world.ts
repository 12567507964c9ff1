// A reflector of Things on an API server that the test plays, and what it reports.
import { afterEach, beforeEach } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import type { ApiCall } from '../../../src/kube/http/api-call.ts';
import { Transport } from '../../../src/kube/http/transport.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kube/informers/reflector.ts';
import { usePlayedApi, type PlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';

const THINGS = { group: 'example.org', version: 'v1', plural: 'things' };

/** Keeps the calls of the watches: their time limits are not visible on the wire. */
class RecordingTransport extends Transport {
  readonly watches: ApiCall[] = [];

  override stream(...args: Parameters<Transport['stream']>): ReturnType<Transport['stream']> {
    this.watches.push(args[0]);
    return super.stream(...args);
  }
}

class ReflectorWorld {
  readonly #api: PlayedApi;
  readonly #transport: RecordingTransport;
  /** Changes and states that the reflector reported and no `until` has passed. */
  readonly reported: string[] = [];
  readonly states: string[] = [];
  #onReport: (() => void)[] = [];
  reflector: Reflector<KubernetesObject>;

  constructor(api: PlayedApi) {
    this.#api = api;
    this.#transport = new RecordingTransport({
      kubeConfig: api.transport.kubeConfig,
      version: '0',
      timers: api.clock,
    });
    this.reflector = this.open();
  }

  get server(): PlayedApi['server'] {
    return this.#api.server;
  }

  get clock(): PlayedApi['clock'] {
    return this.#api.clock;
  }

  get log(): PlayedApi['log'] {
    return this.#api.log;
  }

  /** The calls of all watches so far. */
  get watches(): readonly ApiCall[] {
    return this.#transport.watches;
  }

  get names(): readonly string[] {
    return this.reflector.store.inNamespace('ns').map((object) => object.metadata.name);
  }

  /** Replaces the reflector by one with other options. */
  open(more: Partial<ReflectorOptions<KubernetesObject>> = {}): Reflector<KubernetesObject> {
    this.reflector = new Reflector<KubernetesObject>(
      { ...this.#api.ports, transport: this.#transport },
      {
        type: THINGS,
        transform: (object) => object,
        onChange: (change) => {
          const { name, resourceVersion } = change.object.metadata;
          this.report(`${change.kind} ${name}@${resourceVersion}`);
        },
        onState: (state) => {
          this.states.push(state.kind);
          this.report(state.kind);
        },
        ...more,
      },
    );
    return this.reflector;
  }

  report(line: string): void {
    this.reported.push(line);
    for (const resolve of this.#onReport.splice(0)) resolve();
  }

  /** Waits until this line has been reported; forgets what was reported up to it. */
  async until(line: string): Promise<void> {
    while (!this.reported.includes(line)) await new Promise<void>((resolve) => this.#onReport.push(resolve));
    this.reported.splice(0, this.reported.indexOf(line) + 1);
  }

  /** Started, listed `a@5` at version 10, and watching. */
  async watching(): Promise<PlayedRequest> {
    this.reflector.start();
    (await this.server.next()).list([thing('a', '5')], '10');
    await this.until('synced');
    return this.server.next();
  }
}

/** To be called at the top level of a test file: gives the world of the test that runs. */
export function useReflector(): () => ReflectorWorld {
  const api = usePlayedApi();
  let world: ReflectorWorld | undefined;
  beforeEach(() => {
    world = new ReflectorWorld(api());
  });
  afterEach(() => {
    world?.reflector.stop();
    world = undefined;
  });
  return () => {
    if (world === undefined) throw new Error('no test runs');
    return world;
  };
}
