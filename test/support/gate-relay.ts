// A relay that lets nothing through before so many connections are open: what goes on behind it goes on side by side.

import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where something listens. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** Relays with one gate; disposing of them ends all their connections. */
export interface GateRelays extends AsyncDisposable {
  /** Where they listen, in the order of the addresses that they relay to. */
  readonly portals: readonly Address[];
  /** How many connections have been open at once, at most. */
  readonly mostAtOnce: number;
}

/** Relays to each address, from when `count` connections are open at the same time. */
export async function gateRelays(count: number, addresses: readonly Address[]): Promise<GateRelays> {
  const open = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let mostAtOnce = 0;
  const take = (near: Socket, far: Address): void => {
    open.add(near);
    near.on('error', () => undefined);
    near.once('close', () => open.delete(near));
    mostAtOnce = Math.max(mostAtOnce, open.size);
    waiting.push(() => {
      join(near, far);
    });
    if (mostAtOnce >= count) for (const begin of waiting.splice(0)) begin();
  };
  const servers = await Promise.all(
    addresses.map((far) =>
      listen((near) => {
        take(near, far);
      }),
    ),
  );
  return {
    portals: servers.map(({ portal }) => portal),
    get mostAtOnce() {
      return mostAtOnce;
    },
    async [Symbol.asyncDispose]() {
      const closed = servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function join(near: Socket, { host, port }: Address): void {
  const far = connect({ host, port });
  far.on('error', () => undefined);
  near.once('close', () => far.destroy());
  far.once('close', () => near.destroy());
  near.pipe(far).pipe(near);
}

async function listen(take: (near: Socket) => void): Promise<{ readonly server: Server; readonly portal: Address }> {
  const server = createServer(take);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return { server, portal: { host: '127.0.0.1', port: address.port } };
}
