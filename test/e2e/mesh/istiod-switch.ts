// istiod lives in the main process of the run, tests in workers: a loopback server through which they interrupt it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Istiod } from '../../../testbed/mesh/istiod.ts';

/** Serves the switch; `url` is for `interruptIstiod` and `resumeIstiod`. */
export async function serveIstiodSwitch(
  istiod: Pick<Istiod, 'interrupt' | 'resume'>,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const actions: Readonly<Record<string, () => Promise<void>>> = {
    '/interrupt': istiod.interrupt,
    '/resume': istiod.resume,
  };
  const server = createServer((request, response) => {
    const action = actions[request.url ?? ''];
    const answer = (status: number, text: string): void => {
      response.writeHead(status).end(text);
    };
    if (action === undefined) answer(404, 'no such action');
    else
      action().then(
        () => {
          answer(200, 'done');
        },
        (error: unknown) => {
          answer(500, String(error));
        },
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Ends istiod on the spot; its webhooks stay, so every labelled pod and every write of an Istio object is refused. */
export async function interruptIstiod(url: string): Promise<void> {
  await turn(`${url}/interrupt`);
}

/** Starts it again at the same addresses and waits until it is ready. */
export async function resumeIstiod(url: string): Promise<void> {
  await turn(`${url}/resume`);
}

async function turn(url: string): Promise<void> {
  const response = await fetch(url, { method: 'POST' });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url}: ${text}`);
}
