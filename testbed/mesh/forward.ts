// Puts an agent's status port at the pod's own 15020, where its metrics are, and at 15021, which would be Envoy's.
// It passes bytes on and reads none.
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

const PORTS = [15020, 15021];

/** Answers what ends it. Throws when the address has such a port taken. */
export async function forwardAgentPorts(ip: string, agentPort: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  for (const port of PORTS) {
    const server = createServer((incoming) => {
      const outgoing = connect(agentPort, '127.0.0.1');
      for (const [socket, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    await once(server.listen(port, ip), 'listening');
    servers.push(server);
  }
  return async () => {
    const closed = servers.map(async (server) => once(server.close(), 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
}
