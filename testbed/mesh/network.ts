// The addresses of a mesh on one machine: a /24 of the loopback network, claimed so that two runs never share one.
// No interface is made: Linux answers on all of 127/8.
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/** Held on the last address of a /24 as the sign that it is taken; the kubelet's own port. */
const CLAIM_PORT = 10250;

export interface Network {
  /** Such as `127.0.1`. */
  readonly prefix: string;
  /** A free address, such as `127.0.1.2`. The least recently released one comes last. */
  readonly take: () => string;
  readonly release: (address: string) => void;
  /** Gives the whole claim up. It also ends with the process, and does not keep it alive. */
  readonly close: () => Promise<void>;
}

/** Claims 127.0.1.0/24, or the next that no other run holds. */
export async function claimNetwork(): Promise<Network> {
  for (let third = 1; third < 255; third += 1) {
    const prefix = `127.0.${third}`;
    const claim = await listenOn(`${prefix}.254`);
    if (claim === undefined) continue;
    const free = Array.from({ length: 253 }, (_, index) => `${prefix}.${index + 1}`);
    return {
      prefix,
      take: () => {
        const address = free.shift();
        if (address === undefined) throw new Error(`every address of ${prefix}.0/24 is taken`);
        return address;
      },
      release: (address) => void free.push(address),
      close: async () => {
        if (claim.listening) await once(claim.close(), 'close');
      },
    };
  }
  throw new Error(`no free loopback network: something listens on port ${CLAIM_PORT} of all of 127.0/16`);
}

async function listenOn(host: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(CLAIM_PORT, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
