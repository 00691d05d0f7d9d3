// A RADIUS server in the hands of a test, on loopback. It reads and signs by its own reading of RFC 2865 and RFC 3579, and
// shares nothing with src/adapter/radius.

import { createHash, createHmac } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { type Deferred, deferred } from '../../src/base/index.ts';

/** What an answer is to be like, where it differs from one that can be trusted. */
export interface AnswerShape {
  readonly code?: 2 | 3 | 11 | 5;
  /** Added to the identifier of the request. */
  readonly identifierShift?: number;
  readonly responseAuthenticator?: 'right' | 'wrong';
  readonly messageAuthenticator?: 'right' | 'wrong' | 'none';
  readonly replyMessage?: string;
}

/** A request as it came. */
export interface RadiusRequest {
  readonly bytes: Buffer;
  /** The values of attributes by type. */
  readonly attributes: ReadonlyMap<number, Buffer>;
  /** The port that it came from. */
  readonly port: number;
  /** Whether its Message-Authenticator is right for the server's secret. */
  readonly isSigned: boolean;
  answer(shape?: AnswerShape): void;
  /** Answers with any bytes. */
  send(bytes: Uint8Array): void;
}

/** A RADIUS server. Disposing of it closes its port. */
export interface RadiusServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** The next request. */
  expect(): Promise<RadiusRequest>;
  /** Requests that came and were not asked for. */
  readonly waiting: number;
}

const header = 20;

/** Opens a server on a free port, which answers nothing by itself. */
export async function openRadiusServer(secret = 'shared-secret-of-radius'): Promise<RadiusServer> {
  const socket = dgram.createSocket('udp4');
  const requests: RadiusRequest[] = [];
  const waiters: Deferred<RadiusRequest>[] = [];
  socket.on('message', (bytes, { address, port }) => {
    const send = (answer: Uint8Array): void => {
      socket.send(answer, port, address);
    };
    const attributes = readAttributes(bytes);
    const request: RadiusRequest = {
      bytes,
      attributes,
      port,
      isSigned: isSigned(bytes, attributes, secret),
      send,
      answer: (shape = {}) => {
        send(makeAnswer(bytes, secret, shape));
      },
    };
    const waiter = waiters.shift();
    if (waiter === undefined) requests.push(request);
    else waiter.resolve(request);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    host: '127.0.0.1',
    port: socket.address().port,
    secret,
    get waiting() {
      return requests.length;
    },
    async expect() {
      const request = requests.shift();
      if (request !== undefined) return request;
      const waiter = deferred<RadiusRequest>();
      waiters.push(waiter);
      return await waiter.promise;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function readAttributes(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = header; at < bytes.length; at += bytes[at + 1]!) {
    attributes.set(bytes[at]!, bytes.subarray(at + 2, at + bytes[at + 1]!));
  }
  return attributes;
}

function isSigned(bytes: Buffer, attributes: ReadonlyMap<number, Buffer>, secret: string): boolean {
  const value = attributes.get(80);
  if (value?.length !== 16) return false;
  const blank = Buffer.from(bytes);
  const at = value.byteOffset - bytes.byteOffset;
  blank.fill(0, at, at + 16);
  return createHmac('md5', secret).update(blank).digest().equals(value);
}

function makeAnswer(request: Buffer, secret: string, shape: AnswerShape): Buffer {
  const { code = 2, identifierShift = 0, messageAuthenticator = 'right', replyMessage } = shape;
  const parts = [Buffer.from([code, (request[1]! + identifierShift) % 256, 0, 0]), request.subarray(4, header)];
  if (replyMessage !== undefined) parts.push(Buffer.from([18, replyMessage.length + 2]), Buffer.from(replyMessage));
  if (messageAuthenticator !== 'none') parts.push(Buffer.from([80, 18]), Buffer.alloc(16));
  const answer = Buffer.concat(parts);
  answer.writeUInt16BE(answer.length, 2);
  if (messageAuthenticator !== 'none') {
    const value = createHmac('md5', secret).update(answer).digest();
    if (messageAuthenticator === 'wrong') value[0]! ^= 1;
    value.copy(answer, answer.length - 16);
  }
  const value = createHash('md5').update(answer).update(secret).digest();
  if (shape.responseAuthenticator === 'wrong') value[15]! ^= 1;
  value.copy(answer, 4);
  return answer;
}
