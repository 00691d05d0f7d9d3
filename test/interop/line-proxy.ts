// A TCP proxy between an initiator and a target that ends or freezes lines: after a given number of bytes, or on demand.

import { connect, createServer, type Server, type Socket } from 'node:net';

export type LineDirection = 'toTarget' | 'toInitiator';

/**
 * `end`: both sides are told that no more will come (FIN). `reset`: both get a RST. `silence`: nothing more passes, until
 * one side closes its connection. `void`: nothing more passes, not even that.
 */
export type LineCut = 'end' | 'reset' | 'silence' | 'void';

/** What happens once `after` bytes have passed in a direction; the bytes beyond them never arrive. */
export interface LineFault {
  readonly direction: LineDirection;
  readonly after: number;
  readonly fault: LineCut;
}

/** A connection through the proxy. */
export interface ProxiedLine {
  /** What the target says does not arrive from now on, while the target is still heard. */
  mute(): void;
  /** Nothing passes from now on. */
  cut(how: LineCut): void;
}

export interface LineProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Bytes that have passed in each direction, over all connections. */
  readonly carried: Readonly<Record<LineDirection, number>>;
  /** The connections that are neither cut nor closed, in the order in which they were made. */
  readonly lines: readonly ProxiedLine[];
  /** What becomes of connections that are made from now on: `reset` and `silence` leave the target out of it. */
  callers: 'pass' | 'reset' | 'silence';
  /** From now on nothing passes, in any direction. */
  freeze(): void;
  /** Ends all connections; new ones are taken. */
  cut(): void;
}

/** Starts a proxy to a target. Each connection through it meets the fault, if there is one. */
export async function startLineProxy(
  target: { readonly host: string; readonly port: number },
  fault?: LineFault,
): Promise<LineProxy> {
  const carried = { toTarget: 0, toInitiator: 0 };
  const sockets = new Set<Socket>();
  const lines = new Set<Line>();
  let callers: LineProxy['callers'] = 'pass';
  let isFrozen = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // a fault of the line is what this is for; `close` follows
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (callers === 'reset') near.resetAndDestroy();
    if (callers === 'silence') near.resume();
    if (callers !== 'pass') return;
    const far = connect({ host: target.host, port: target.port });
    keep(far);
    const line = new Line(near, far, carried, fault);
    if (isFrozen) line.cut('silence');
    lines.add(line);
    near.on('close', () => lines.delete(line));
  });
  const port = await listening(server);
  return {
    host: '127.0.0.1',
    port,
    carried,
    get lines() {
      return [...lines].filter(({ isOver }) => !isOver);
    },
    get callers() {
      return callers;
    },
    set callers(fate) {
      callers = fate;
    },
    freeze: () => {
      isFrozen = true;
      for (const line of lines) line.cut('silence');
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A connection of the initiator, and the one to the target that goes with it. */
class Line implements ProxiedLine {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #carried: Record<LineDirection, number>;
  #isOver = false;
  #isVoid = false;
  #isMuted = false;

  constructor(near: Socket, far: Socket, carried: Record<LineDirection, number>, fault: LineFault | undefined) {
    this.#near = near;
    this.#far = far;
    this.#carried = carried;
    near.on('close', () => {
      if (!this.#isVoid) far.destroySoon();
    });
    far.on('close', () => {
      if (!this.#isVoid) near.destroySoon();
    });
    this.#relay(near, far, 'toTarget', fault);
    this.#relay(far, near, 'toInitiator', fault);
  }

  /** Whether it has been cut. */
  get isOver(): boolean {
    return this.#isOver;
  }

  mute(): void {
    this.#isMuted = true;
  }

  cut(how: LineCut): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isVoid = how === 'void';
    for (const socket of [this.#near, this.#far]) {
      if (how === 'end') socket.end();
      else if (how === 'reset') socket.resetAndDestroy();
    }
  }

  #relay(from: Socket, to: Socket, direction: LineDirection, fault: LineFault | undefined): void {
    let left = fault?.direction === direction ? fault.after : Number.POSITIVE_INFINITY;
    from.on('data', (chunk) => {
      if (this.#isOver || (this.#isMuted && direction === 'toInitiator')) return;
      const part = chunk.subarray(0, Math.min(chunk.length, left));
      left -= part.length;
      this.#carried[direction] += part.length;
      if (part.length > 0) to.write(part);
      if (fault !== undefined && part.length < chunk.length) this.cut(fault.fault);
    });
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
