// The world of every test of `kube`: a transport on a fake clock, whose API server the test plays.
import { afterEach, beforeEach } from 'vitest';
import type { RequestSeen } from '../../src/api/request-seen.ts';
import { Transport } from '../../src/kube/http/transport.ts';
import { FakeClock } from './fake-clock.ts';
import { PlayedServer, type PlayedRequest } from './played-server.ts';
import { RecordedLog } from './recorded-log.ts';

export class PlayedApi {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  /** What the transport reported, for metrics. */
  readonly seen: RequestSeen[] = [];
  readonly retried: Omit<RequestSeen, 'durationMs'>[] = [];
  readonly server: PlayedServer;
  readonly transport: Transport;

  constructor(server: PlayedServer) {
    this.server = server;
    this.transport = new Transport({
      kubeConfig: server.kubeConfig(this.clock),
      version: '1.2.3',
      timers: this.clock,
      onRequest: (request) => this.seen.push(request),
      onRetry: (answer) => this.retried.push(answer),
    });
  }

  /** The ports that reflectors and caches take; the jitter is in the middle. */
  get ports(): { transport: Transport; timers: FakeClock; random: () => number; log: RecordedLog } {
    return { transport: this.transport, timers: this.clock, random: () => 0.5, log: this.log };
  }

  next(): Promise<PlayedRequest> {
    return this.server.next();
  }

  /** Answers the one request that a call sends, and gives both. */
  async answered<T>(
    call: Promise<T>,
    answer: (request: PlayedRequest) => void,
  ): Promise<{ readonly result: T; readonly request: PlayedRequest }> {
    // A call that fails is awaited below, after the answer.
    call.catch(() => undefined);
    const request = await this.next();
    answer(request);
    return { result: await call, request };
  }
}

/** To be called at the top level of a test file or of a `describe`: gives the world of the test that runs. */
export function usePlayedApi(): () => PlayedApi {
  let api: PlayedApi | undefined;
  beforeEach(async () => {
    api = new PlayedApi(await PlayedServer.start());
  });
  afterEach(async () => {
    // Fails what is in flight; closing would wait for the fake clock.
    await api?.transport.kubeConfig.destroy();
    await api?.server.stop();
    api = undefined;
  });
  return () => {
    if (api === undefined) throw new Error('no test runs');
    return api;
  };
}
