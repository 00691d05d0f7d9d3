// The control socket of a running target: a Unix socket that only its owner may open, for faults and other events.

import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TransportError } from '../../base/index.ts';
import { answerLine, type ControlledTarget } from './control-request.ts';
import { LineSplitter } from './line-splitter.ts';

/** A control socket that is open. */
export interface ControlServer extends AsyncDisposable {
  readonly path: string;
  /** Ends all connections and removes the socket. */
  close(): Promise<void>;
}

/** The longest request. */
const longestRequest = 65_536;
const maxConnections = 16;

/**
 * Opens a control socket at `path` with mode 0600. A socket that is there already and that nobody listens on is replaced.
 *
 * @throws TransportError `ISCSI_CONNECT_FAILED` when it cannot be opened, or something else is there.
 */
export async function openControl(target: ControlledTarget, path: string): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= maxConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('error', () => undefined); // a client that goes is no news
    socket.once('close', () => sockets.delete(socket));
    void serve(target, socket).catch(() => {
      socket.destroy();
    });
  });
  await removeStale(path);
  await listen(server, path);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    });
    await closing;
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

/** Answers one request after the other; what comes meanwhile waits in the socket. */
async function serve(target: ControlledTarget, socket: Socket): Promise<void> {
  const lines = new LineSplitter(longestRequest);
  for await (const chunk of socket) {
    for (const line of lines.push(chunk as Uint8Array)) {
      const answer = `${JSON.stringify(await answerLine(target, line))}\n`;
      if (!socket.destroyed && !socket.write(answer)) await once(socket, 'drain');
    }
    if (!lines.isTooLong) continue;
    const error = { code: 'ISCSI_BAD_ARGUMENT', message: `A request has at most ${longestRequest} bytes` };
    socket.end(`${JSON.stringify({ ok: false, error })}\n`);
    return;
  }
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(failure(path, cause));
    });
    // The socket is made in this call: at no moment may others open it.
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
}

/** A target that was killed leaves its socket behind. */
async function removeStale(path: string): Promise<void> {
  const isSocket = await lstat(path).then(
    (facts) => facts.isSocket(),
    () => false,
  );
  if (!isSocket) return;
  const isAlive = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED');
    });
  });
  if (!isAlive) await unlink(path);
}

function failure(path: string, cause: Error): TransportError {
  const message = `The control socket ${path} cannot be opened: ${cause.message}`;
  return new TransportError('ISCSI_CONNECT_FAILED', message, { address: path, cause });
}
