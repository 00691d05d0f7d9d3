// The embedded target: listens on portals and serves its logical units to whoever may log in.

import { createServer, type Server } from 'node:net';
import { TransportError, UsageError } from '../base/index.ts';
import { TargetConnection } from './connection.ts';
import { TargetCore } from './core.ts';
import { LogicalUnit, type LunOptions } from './device-server/logical-unit.ts';
import type { FaultHandle, FaultInfo } from './faults/laboratory.ts';
import type { FaultSpec } from './faults/settings.ts';
import { type PortalAddress, resolveOptions, type TargetOptions } from './options.ts';
import { closeSession } from './recovery/departure.ts';
import { sessionInfo, type TargetSessionInfo } from './target-session.ts';

/** A target that is listening. */
export interface Target {
  readonly name: string;
  /** The open portals, with the ports that were taken. */
  readonly portals: readonly PortalAddress[];
  /** The sessions at this moment, discovery sessions too. */
  sessions(): TargetSessionInfo[];
  /** TCP connections at this moment, those that have not logged in too. */
  readonly connectionCount: number;
  /** Adds a logical unit; every session gets a unit attention condition. */
  addLun(lun: LunOptions): void;
  /** Takes a logical unit away; commands that it runs are finished. */
  removeLun(number: number): void;
  /**
   * Makes something go wrong: `target.inject('stall-connection:cid=1,ms=500')`, or the same as an object with `name`.
   * What there is stands in docs/faults.md.
   *
   * @throws UsageError `ISCSI_BAD_ARGUMENT` that names what it does not take, `ISCSI_QUEUE_FULL` for too many faults.
   */
  inject(fault: FaultSpec | string): FaultHandle;
  /** The faults that were injected and not removed, those too that will not strike again. */
  faults(): FaultInfo[];
  /**
   * Takes no more logins, ends every connection after what is queued for it, and resolves when nothing is left and no
   * device is in use any more. Devices are their owner's to close.
   */
  close(): Promise<void>;
  /** As `close`, but cuts the connections. */
  destroy(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a target on all of its portals, or on none.
 *
 * @throws UsageError for options that cannot be; TransportError `ISCSI_CONNECT_FAILED` when a portal cannot be opened.
 */
export async function listenTarget(options: TargetOptions): Promise<Target> {
  const target = new EmbeddedTarget(new TargetCore(resolveOptions(options)));
  try {
    await target.open();
  } catch (error) {
    await target.destroy();
    throw error;
  }
  return target;
}

class EmbeddedTarget implements Target {
  readonly #core: TargetCore;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<TargetConnection>();
  #nextId = 1;
  #closing: Promise<void> | undefined;

  constructor(core: TargetCore) {
    this.#core = core;
  }

  get name(): string {
    return this.#core.options.name;
  }

  get portals(): readonly PortalAddress[] {
    return this.#core.portals;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  sessions(): TargetSessionInfo[] {
    return this.#core.sessions.all().map((session) => sessionInfo(this.#core, session));
  }

  async open(): Promise<void> {
    for (const portal of this.#core.options.listen) {
      const server = createServer({ noDelay: true }, (socket) => {
        this.#accept(new TargetConnection(this.#nextId, this.#core, socket));
      });
      this.#servers.push(server);
      const port = await listen(server, portal);
      this.#core.portals = [...this.#core.portals, { host: portal.host, port }];
    }
  }

  addLun(lun: LunOptions): void {
    const { server, options } = this.#core;
    if (server.unit(lun.lun) !== undefined) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `LUN ${lun.lun} is there already`, { argument: 'lun' });
    }
    server.add(new LogicalUnit(options.name, lun));
    this.#core.lunInventoryChanged();
  }

  removeLun(number: number): void {
    if (this.#core.server.unit(number) === undefined) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `There is no LUN ${number}`, { argument: 'number' });
    }
    this.#core.server.remove(number);
    this.#core.lunInventoryChanged();
  }

  inject(fault: FaultSpec | string): FaultHandle {
    if (this.#closing !== undefined) throw new UsageError('ISCSI_CLOSED', 'The target has been closed');
    return this.#core.laboratory.inject(fault, {
      sessions: () => this.#core.sessions.all(),
      owned: (session) => sessionInfo(this.#core, session),
      lunNumbers: () => this.#core.server.numbers,
    });
  }

  faults(): FaultInfo[] {
    return this.#core.laboratory.list();
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end('graceful');
    await this.#closing;
  }

  async destroy(): Promise<void> {
    for (const connection of this.#connections) connection.end('abortive');
    this.#closing ??= this.#end('abortive');
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(connection: TargetConnection): void {
    this.#nextId += 1;
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    connection.open();
    if (this.#core.isClosing) connection.end('abortive');
  }

  async #end(kind: 'graceful' | 'abortive'): Promise<void> {
    this.#core.isClosing = true;
    this.#core.laboratory.removeAll();
    const stopped = this.#servers.map(async (server) => {
      await stop(server);
    });
    const closed = [...this.#connections].map(async (connection) => {
      connection.end(kind);
      await connection.closed;
    });
    await Promise.all([...stopped, ...closed]);
    // Those that outlived their connections.
    for (const session of this.#core.sessions.all()) await closeSession(this.#core, session, kind);
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
