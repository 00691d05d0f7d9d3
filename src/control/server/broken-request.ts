// The answer to what is no HTTP: nothing was understood that could be routed, so it is written by hand.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ServiceError } from '../../base/index.ts';
import { toProblem } from '../problem.ts';

const statusByCode: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers and closes the connection. */
export function answerBrokenRequest(cause: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || cause.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusByCode[cause.code ?? ''] ?? 400;
  const error = new ServiceError('SERVICE_BAD_REQUEST', 'This is no request of HTTP/1.1 that is understood');
  const body = JSON.stringify(toProblem(error, status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
