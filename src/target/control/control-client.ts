// The other end of the control socket: asks a running target.

import { connect, type Socket } from 'node:net';
import {
  type Clock,
  type ErrorCode,
  errorCodes,
  ProtocolError,
  systemClock,
  TimeoutError,
  TransportError,
  UsageError,
  withDeadline,
} from '../../base/index.ts';
import type { ControlAnswer, ControlRefusal, ControlRequest } from './control-request.ts';
import { LineSplitter } from './line-splitter.ts';

/** How a client may be limited. */
export interface ControlClientOptions {
  readonly signal?: AbortSignal;
  /** For the connection and for each answer; 30 s unless given. A reboot takes its down time longer. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** The longest answer: a list of all the faults that a target holds is far below. */
const longestAnswer = 1_048_576;

/**
 * Asks the target behind a control socket one thing.
 *
 * @throws TransportError `ISCSI_CONNECT_FAILED` when nobody listens there, `ISCSI_CONNECTION_LOST` when it ends without an
 * answer; TimeoutError `ISCSI_CONNECT_TIMEOUT`; ProtocolError for an answer that is none; and what the target refuses as a
 * UsageError with its code.
 */
export async function askControl(
  path: string,
  request: ControlRequest,
  options: ControlClientOptions = {},
): Promise<ControlAnswer> {
  const { signal, timeoutMs = 30_000, clock = systemClock } = options;
  const downMs = 'reboot' in request ? (request.reboot.ms ?? 0) : 0;
  const late = (): Error =>
    new TimeoutError('ISCSI_CONNECT_TIMEOUT', `The control socket ${path} did not answer in time`, {
      operation: 'control request',
      limitMs: timeoutMs + downMs,
    });
  const socket = connect(path);
  try {
    return await withDeadline(clock, timeoutMs + downMs, late, signal, async () =>
      readAnswer(await ask(socket, path, request)),
    );
  } finally {
    socket.destroy();
  }
}

async function ask(socket: Socket, path: string, request: ControlRequest): Promise<string> {
  const lines = new LineSplitter(longestAnswer);
  return await new Promise<string>((resolve, reject) => {
    let isConnected = false;
    let cause: Error | undefined;
    socket.once('connect', () => {
      isConnected = true;
      socket.write(`${JSON.stringify(request)}\n`);
    });
    socket.on('data', (chunk) => {
      const [line] = lines.push(chunk);
      if (line !== undefined) resolve(line);
      else if (lines.isTooLong) socket.destroy();
    });
    socket.once('error', (error) => {
      cause = error;
    });
    socket.once('close', () => {
      const code = isConnected ? 'ISCSI_CONNECTION_LOST' : 'ISCSI_CONNECT_FAILED';
      const what = isConnected ? 'ended without an answer' : 'cannot be reached';
      const message = `The control socket ${path} ${what}${cause === undefined ? '' : `: ${cause.message}`}`;
      reject(new TransportError(code, message, { address: path, cause }));
    });
  });
}

function readAnswer(line: string): ControlAnswer {
  let answer: ControlAnswer | ControlRefusal;
  try {
    answer = JSON.parse(line) as ControlAnswer | ControlRefusal;
  } catch (cause) {
    throw new ProtocolError('ISCSI_BAD_TEXT', 'The answer on the control socket is no JSON', { cause });
  }
  if (answer.ok) return answer;
  const { code, message, argument } = answer.error;
  const known: ErrorCode = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'ISCSI_REJECTED';
  throw new UsageError(known, message, argument === undefined ? {} : { argument });
}
