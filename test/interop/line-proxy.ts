// A TCP proxy between an initiator and a target that ends or freezes lines: after a given number of bytes, or on demand.

import { connect, createServer, type Server, type Socket } from 'node:net';

import type { Segment } from './capture-file.ts';

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
  /** Bytes of the target that came since, and went nowhere. */
  readonly swallowed: number;
  /** Nothing passes from now on. */
  cut(how: LineCut): void;
}

export interface LineProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Bytes that have passed in each direction, over all connections. */
  readonly carried: Readonly<Record<LineDirection, number>>;
  /** What has passed on each connection, in the order in which they were made. */
  readonly records: readonly (readonly Segment[])[];
  /** The connections that are neither cut nor closed, in the order in which they were made. */
  readonly lines: readonly ProxiedLine[];
  /** What becomes of connections that are made from now on: `reset` and `silence` leave the target out of it. */
  callers: 'pass' | 'reset' | 'silence';
  /** From now on nothing passes, in any direction. */
  freeze(): void;
  /** Ends all connections; new ones are taken. */
  cut(): void;
}

/** Starts a proxy to a target. Each connection through it meets the fault, if there is one; `records` are kept on request. */
export async function startLineProxy(
  target: { readonly host: string; readonly port: number },
  fault?: LineFault,
  isRecording = false,
): Promise<LineProxy> {
  const carried = { toTarget: 0, toInitiator: 0 };
  const sockets = new Set<Socket>();
  const lines = new Set<Line>();
  const records: Segment[][] = [];
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
    const record: Segment[] = [];
    records.push(record);
    const line = new Line(near, far, { carried, record: isRecording ? record : undefined }, fault);
    if (isFrozen) line.cut('silence');
    lines.add(line);
    near.on('close', () => lines.delete(line));
  });
  const port = await listening(server);
  return {
    host: '127.0.0.1',
    port,
    carried,
    records,
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

/** Where a line puts down what has passed. */
interface LineLog {
  readonly carried: Record<LineDirection, number>;
  readonly record: Segment[] | undefined;
}

/** A connection of the initiator, and the one to the target that goes with it. */
class Line implements ProxiedLine {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #log: LineLog;
  #isOver = false;
  #isVoid = false;
  #isMuted = false;
  swallowed = 0;

  constructor(near: Socket, far: Socket, log: LineLog, fault: LineFault | undefined) {
    this.#near = near;
    this.#far = far;
    this.#log = log;
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
      if (this.#isOver) return;
      if (this.#isMuted && direction === 'toInitiator') {
        this.swallowed += chunk.length;
        return;
      }
      const part = chunk.subarray(0, Math.min(chunk.length, left));
      left -= part.length;
      this.#log.carried[direction] += part.length;
      if (part.length > 0) {
        this.#log.record?.push({ from: direction === 'toTarget' ? 'initiator' : 'target', payload: part });
        to.write(part);
      }
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
