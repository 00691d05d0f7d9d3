// The portals of a target: the ports that it listens on, again and again if need be.

import { createServer, type Server, type Socket } from 'node:net';
import { TransportError } from '../base/index.ts';
import type { PortalAddress } from './options.ts';

/** All portals of one target. */
export class Portals {
  readonly #accept: (socket: Socket) => void;
  #servers: readonly Server[] = [];
  #addresses: readonly PortalAddress[];

  /** `accept` takes every connection from here. */
  constructor(wanted: readonly PortalAddress[], accept: (socket: Socket) => void) {
    this.#addresses = wanted;
    this.#accept = accept;
  }

  /** The addresses; once open, with the ports that were taken. */
  get addresses(): readonly PortalAddress[] {
    return this.#addresses;
  }

  /** Opens all portals. @throws TransportError `ISCSI_CONNECT_FAILED` when one cannot be; others may be open then. */
  async open(): Promise<void> {
    const open: PortalAddress[] = [];
    for (const portal of this.#addresses) {
      const server = createServer({ noDelay: true }, this.#accept);
      this.#servers = [...this.#servers, server];
      open.push({ host: portal.host, port: await listen(server, portal) });
    }
    this.#addresses = open;
  }

  /** Stops listening. Resolves when every connection that was accepted is closed as well. */
  async close(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    await Promise.all(
      servers.map(async (server) => {
        await stop(server);
      }),
    );
  }
}

async function listen(server: Server, { host, port }: PortalAddress): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    const onError = (cause: Error): void => {
      reject(
        new TransportError('ISCSI_CONNECT_FAILED', `The portal ${host}:${port} cannot be opened`, {
          address: `${host}:${port}`,
          cause,
        }),
      );
    };
    server.once('error', onError);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
