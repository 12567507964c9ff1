// An HTTP server on loopback whose answers a test gives by hand: an API server with faults that a real one does not make at
// will, or what runs in a pod.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Timers } from '../../src/kube/clock/timers.ts';
import { SharedKubeConfig } from '../../src/kube/http/kube-config.ts';

/** One request that waits for the test to answer it. */
export class PlayedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, body: string) {
    this.method = request.method ?? '';
    this.url = new URL(request.url ?? '/', 'http://server');
    this.headers = request.headers;
    this.body = body;
    this.#response = response;
  }

  get path(): string {
    return this.url.pathname;
  }

  get isWatch(): boolean {
    return this.url.searchParams.get('watch') === 'true';
  }

  /** The parsed body, as loosely typed as `JSON.parse` answers. */
  json(): ReturnType<typeof JSON.parse> {
    return JSON.parse(this.body);
  }

  reply(status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.#response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  /** A Status as the API server answers it. */
  fail(code: number, message: string, headers: Record<string, string> = {}): void {
    this.reply(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }, headers);
  }

  list(items: readonly object[], resourceVersion: string, next = ''): void {
    this.reply(200, {
      kind: 'ThingList',
      apiVersion: 'example.org/v1',
      metadata: { resourceVersion, continue: next },
      items,
    });
  }

  /** Begins a watch, or sends one more line of it. */
  event(type: string, object: object): void {
    this.open();
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** Sends the headers of a watch. */
  open(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
  }

  raw(text: string | Buffer): void {
    this.open();
    this.#response.write(text);
  }

  /** Ends a watch as the server does at its time limit. */
  end(): void {
    this.open();
    this.#response.end();
  }

  /** Cuts the connection without a word. */
  reset(): void {
    this.#response.destroy();
  }

  /** Settles when the client has gone away. */
  async gone(): Promise<void> {
    if (!this.#response.closed) await once(this.#response, 'close');
  }
}

export class PlayedServer {
  readonly #server: Server;
  readonly #requests: PlayedRequest[] = [];
  #arrived: (() => void)[] = [];
  #answer: ((request: PlayedRequest) => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const played = new PlayedRequest(request, response, Buffer.concat(chunks).toString());
        if (this.#answer !== undefined) {
          this.#answer(played);
          return;
        }
        this.#requests.push(played);
        const arrived = this.#arrived;
        this.#arrived = [];
        for (const resolve of arrived) resolve();
      });
    });
  }

  static async start(): Promise<PlayedServer> {
    const server = createServer();
    const played = new PlayedServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return played;
  }

  /** Answers every request from now on as it comes, so that `next` gives none. */
  answerAll(answer: (request: PlayedRequest) => void): void {
    this.#answer = answer;
  }

  /** Requests that nobody has taken yet. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** The next request. */
  async next(): Promise<PlayedRequest> {
    for (;;) {
      const request = this.#requests.shift();
      if (request !== undefined) return request;
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  kubeConfig(timers: Timers): SharedKubeConfig {
    const kubeConfig = new SharedKubeConfig(timers);
    kubeConfig.loadFromClusterAndUser(
      { name: 'played', server: this.url, skipTLSVerify: true },
      { name: 'tester', token: 'very-secret' },
    );
    return kubeConfig;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
