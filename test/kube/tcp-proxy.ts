// A TCP proxy in front of the real API server: counts connections, cuts them, refuses new ones, or swallows every byte.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #closed: (() => void)[] = [];
  #refusing = false;
  /** All that ever came. */
  opened = 0;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => {
      if (this.#refusing) {
        client.destroy();
        return;
      }
      this.opened += 1;
      const pair = { client, upstream: connect(target) };
      this.#pairs.add(pair);
      for (const socket of [client, pair.upstream]) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#pairs.delete(pair);
          client.destroy();
          pair.upstream.destroy();
          if (this.#pairs.size === 0) for (const resolve of this.#closed.splice(0)) resolve();
        });
      }
      client.pipe(pair.upstream).pipe(client);
    });
  }

  static async start(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settles when no connection is open any more. */
  async allClosed(): Promise<void> {
    if (this.#pairs.size > 0) await new Promise<void>((resolve) => this.#closed.push(resolve));
  }

  /** Resets what is open and takes nothing new. */
  refuse(): void {
    this.#refusing = true;
    this.cut();
  }

  accept(): void {
    this.#refusing = false;
  }

  cut(): void {
    for (const { client } of this.#pairs) client.resetAndDestroy();
  }

  /** From now on nothing passes on the present connections, and neither end notices: a firewall that forgot them. */
  swallow(): void {
    for (const { client, upstream } of this.#pairs) {
      client.unpipe(upstream);
      upstream.unpipe(client);
      client.resume();
      upstream.resume();
    }
  }

  async stop(): Promise<void> {
    for (const { client } of this.#pairs) client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
