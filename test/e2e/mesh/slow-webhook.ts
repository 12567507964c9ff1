// Makes istiod's injection slow by seeded delays: a proxy between the API server and the webhook. TLS passes through.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

import type { Api } from '../../../testbed/api/client.ts';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import type { Range } from '../../../testbed/mesh/random.ts';
import { seededDelays } from '../../../testbed/mesh/random.ts';

const COLLECTION = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** Puts the proxy in front of every injector; the answer undoes that. */
export async function slowInjection(
  api: Api,
  { seed, range }: { readonly seed: number; readonly range: Range },
): Promise<() => Promise<void>> {
  const delays = seededDelays(seed);
  const { items } = await api.list(COLLECTION);
  const injectors = items.filter(({ metadata }) => metadata.name?.includes('sidecar-injector') === true);
  const urls = injectors.flatMap(urlsOf);
  const port = new URL(urls[0] ?? '').port;
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    slowly(client, upstream, () => delays.next(range));
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const slowPort = String((server.address() as AddressInfo).port);
  const point = async (from: string, to: string): Promise<void> => {
    for (const { metadata } of injectors) {
      const object = await api.get({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata,
      });
      const webhooks = object.webhooks.map((webhook: { clientConfig: { url: string } }) => ({
        ...webhook,
        clientConfig: {
          ...webhook.clientConfig,
          url: webhook.clientConfig.url.replace(`:${from}/`, `:${to}/`),
        },
      }));
      await api.patch(object, { webhooks });
    }
  };
  await point(port, slowPort);
  return async () => {
    await point(slowPort, port);
    server.close();
  };
}

function urlsOf({ webhooks }: KubeObject): string[] {
  return (webhooks as { clientConfig: { url: string } }[]).map(({ clientConfig }) => clientConfig.url);
}

/** Every piece waits its turn and then its delay, so that order holds. */
function slowly(from: Socket, to: Socket, delayMs: () => number): void {
  from.on('data', (piece) => {
    from.pause();
    setTimeout(() => {
      to.write(piece);
      from.resume();
    }, delayMs());
  });
  from.on('end', () => to.end());
}
