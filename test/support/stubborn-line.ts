// A TCP proxy that can hold everything, ends and resets among it, be reset, or be taken down; or that keeps ends to itself
// from the start, so that neither side hears what the other closes.

import { connect, createServer, type Server, type Socket } from 'node:net';

export interface StubbornLine extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Chunks that have passed to the initiator. */
  readonly answers: number;
  /** From now on nothing passes in any direction, not even an end. With a number, from that answer on. */
  hold(fromAnswer?: number): void;
  /** Resets every connection on both sides. New ones pass as before. */
  reset(): void;
  /** Resets every connection, and refuses new ones. */
  takeDown(): Promise<void>;
}

/** Starts a line to a target. */
export async function startStubbornLine(
  target: { readonly host: string; readonly port: number },
  { keepsEnds = false }: { readonly keepsEnds?: boolean } = {},
): Promise<StubbornLine> {
  const sockets = new Set<Socket>();
  let held = Number.POSITIVE_INFINITY;
  let answers = 0;
  const passes = (): boolean => answers < held;
  const add = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('end', () => {
      if (passes() && !keepsEnds) other.end();
    });
    socket.on('close', () => {
      sockets.delete(socket);
      if (passes() && !keepsEnds) other.destroySoon();
    });
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // a reset is what this may be for
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: target.host, port: target.port, allowHalfOpen: true });
    add(near, far);
    add(far, near);
    near.on('data', (chunk) => {
      if (passes()) far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (!passes()) return;
      near.write(chunk);
      answers += 1;
    });
  });
  const reset = (): void => {
    for (const socket of sockets) {
      // A socket whose shutdown is under way cannot be reset: Node 20 would never close it.
      if (socket.writableEnded && !socket.writableFinished) socket.destroy();
      else socket.resetAndDestroy();
    }
    sockets.clear();
  };
  const takeDown = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    reset();
    await closed;
  };
  return {
    host: '127.0.0.1',
    port: await listening(server),
    get answers() {
      return answers;
    },
    hold: (fromAnswer = 0) => {
      held = fromAnswer;
    },
    reset,
    takeDown,
    async [Symbol.asyncDispose]() {
      await takeDown();
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the line has no port');
  return address.port;
}
