// A small API server that a test plays by hand, for faults that a real one cannot be told to make. Loopback, plain HTTP.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../../src/api/kubernetes.ts';
import type { Timers } from '../../src/kube/clock/timers.ts';
import { SharedKubeConfig } from '../../src/kube/http/kube-config.ts';
import type { Logger } from '../../src/reconcile/context.ts';

/** One request that waits for the test to answer it. */
export class Visit {
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

export class FaultServer {
  readonly #server: Server;
  readonly #visits: Visit[] = [];
  #arrived: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#visits.push(new Visit(request, response, Buffer.concat(chunks).toString()));
        const arrived = this.#arrived;
        this.#arrived = [];
        for (const resolve of arrived) resolve();
      });
    });
  }

  static async start(): Promise<FaultServer> {
    const server = createServer();
    const fault = new FaultServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fault;
  }

  /** Requests that nobody has taken yet. */
  get waiting(): number {
    return this.#visits.length;
  }

  /** The next request. */
  async next(): Promise<Visit> {
    for (;;) {
      const visit = this.#visits.shift();
      if (visit !== undefined) return visit;
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  kubeConfig(timers?: Timers): SharedKubeConfig {
    const kubeConfig = timers === undefined ? new SharedKubeConfig() : new SharedKubeConfig(timers);
    kubeConfig.loadFromClusterAndUser(
      { name: 'fault', server: this.url, skipTLSVerify: true },
      { name: 'tester', token: 'very-secret' },
    );
    return kubeConfig;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An object of kind Thing. */
export function thing(name: string, resourceVersion: string): KubernetesObject {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion },
  };
}

interface Logged {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Keeps what is logged. */
export class MemoryLog implements Logger {
  readonly lines: Logged[] = [];

  debug(fields: object, message: string): void {
    this.#keep('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep('error', fields, message);
  }

  child(): this {
    return this;
  }

  #keep(level: string, fields: object, message: string): void {
    this.lines.push({ level, fields: { ...fields }, message });
  }
}
