// A TCP proxy between an initiator and a target that ends or freezes the line after a given number of bytes.

import { connect, createServer, type Server, type Socket } from 'node:net';

export type LineDirection = 'toTarget' | 'toInitiator';

/** What happens once `after` bytes have passed in a direction; the bytes beyond them never arrive. */
export interface LineFault {
  readonly direction: LineDirection;
  readonly after: number;
  /** `end`: both sides are told that no more will come (FIN). `reset`: both get a RST. `silence`: nothing more passes. */
  readonly fault: 'end' | 'reset' | 'silence';
}

export interface LineProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Bytes that have passed in each direction, over all connections. */
  readonly carried: Readonly<Record<LineDirection, number>>;
  /** From now on nothing passes, in any direction. */
  freeze(): void;
}

/** Starts a proxy to a target. Each connection through it meets the fault, if there is one. */
export async function startLineProxy(
  target: { readonly host: string; readonly port: number },
  fault?: LineFault,
): Promise<LineProxy> {
  const carried = { toTarget: 0, toInitiator: 0 };
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect({ host: target.host, port: target.port });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // a fault of the line is what this is for; `close` follows
    }
    near.on('close', () => {
      far.destroySoon();
    });
    far.on('close', () => {
      near.destroySoon();
    });
    const line = { carried, isFrozen: () => isFrozen };
    relay(near, far, 'toTarget', fault, line);
    relay(far, near, 'toInitiator', fault, line);
  });
  const port = await listening(server);
  return {
    host: '127.0.0.1',
    port,
    carried,
    freeze: () => {
      isFrozen = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface Line {
  readonly carried: Record<LineDirection, number>;
  isFrozen(): boolean;
}

function relay(from: Socket, to: Socket, direction: LineDirection, fault: LineFault | undefined, line: Line): void {
  const isFaulty = fault?.direction === direction;
  let left = isFaulty ? fault.after : Number.POSITIVE_INFINITY;
  let isOver = false;
  from.on('data', (chunk) => {
    if (isOver || line.isFrozen()) return;
    const part = chunk.subarray(0, Math.min(chunk.length, left));
    left -= part.length;
    line.carried[direction] += part.length;
    if (part.length > 0) to.write(part);
    if (part.length === chunk.length || fault === undefined) return;
    isOver = true;
    if (fault.fault === 'end') {
      to.end();
      from.end();
    } else if (fault.fault === 'reset') {
      to.resetAndDestroy();
      from.resetAndDestroy();
    } else {
      line.isFrozen = () => true;
    }
  });
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
