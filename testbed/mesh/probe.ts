// Asks a container how it is, as the kubelet does: an HTTP status from 200 to 399, or a connection, is yes.
import { once } from 'node:events';
import { connect } from 'node:net';

import type { Container } from './pod-fields.ts';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- a probe as the API server answers it */
export type Probe = any;

export interface Probing {
  readonly ip: string;
  readonly container: Container;
}

/** Undefined means yes; else why not. An exec probe is always yes: there is no shell in our containers. */
export async function ask(probe: Probe, { ip, container }: Probing): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.httpGet !== undefined) {
      const { path = '/', port, scheme = 'HTTP', host = ip } = probe.httpGet;
      const url = new URL(path, `${scheme.toLowerCase()}://${host}:${portNumber(container, port)}`);
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
      await response.body?.cancel();
      if (response.status < 400) return undefined;
      return `HTTP probe failed with statuscode: ${response.status}`;
    }
    if (probe.tcpSocket !== undefined) {
      const socket = connect(portNumber(container, probe.tcpSocket.port), ip);
      try {
        await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
      } finally {
        socket.destroy();
      }
    }
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return `probe failed: ${String(cause)}`;
  }
}

function portNumber(container: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const ports = (container.ports ?? []) as { name?: string; containerPort: number }[];
  return ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
}
