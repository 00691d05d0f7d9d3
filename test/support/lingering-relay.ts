// Relays before portals that hide the end of a client from the target, as the end of a host does that loses its power.

import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where something listens. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** Relays; disposing of them ends all their connections. */
export interface LingeringRelays extends AsyncDisposable {
  /** Where they listen, in the order of the addresses that they relay to. */
  readonly portals: readonly Address[];
}

/** Relays connections to each address. A client's end is not told there; an end there is told to the client. */
export async function lingeringRelays(...addresses: readonly Address[]): Promise<LingeringRelays> {
  const relays = await Promise.all(addresses.map(relayTo));
  return {
    portals: relays.map(({ portal }) => portal),
    async [Symbol.asyncDispose]() {
      await Promise.all(relays.map(({ close }) => close()));
    },
  };
}

async function relayTo(far: Address): Promise<{ readonly portal: Address; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const away = connect({ host: far.host, port: far.port, allowHalfOpen: true });
    for (const socket of [near, away]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (chunk: Buffer) => away.write(chunk));
    away.on('data', (chunk: Buffer) => near.write(chunk));
    away.on('close', () => near.destroy());
    away.on('end', () => {
      away.destroy();
      near.destroy();
    });
  });
  const port = await listen(server);
  return {
    portal: { host: '127.0.0.1', port },
    close: async () => {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return address.port;
}
