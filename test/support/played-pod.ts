// What runs in a pod, played by a test: Prometheus, or the agent of an istio-proxy.
import { afterEach, beforeEach } from 'vitest';
import { PlayedServer } from './played-server.ts';

/** To be called at the top level of a test file: gives the server of the test that runs. */
export function usePlayedPod(): () => PlayedServer {
  let server: PlayedServer | undefined;
  beforeEach(async () => {
    server = await PlayedServer.start();
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  return () => {
    if (server === undefined) throw new Error('no test runs');
    return server;
  };
}
