// HTTP by hand: what no decent client would send, and what comes back.

import { type ClientRequest, request as httpRequest, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import { connect } from 'node:net';

/** An answer. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Sends a request; headers and path go out as they are given. */
export async function ask(
  options: RequestOptions,
  body?: string | Uint8Array,
  started?: (request: ClientRequest) => void,
): Promise<RawAnswer> {
  const headers = { ...(options.headers as OutgoingHttpHeaders | undefined), ...lengthOf(options, body) };
  return await new Promise((resolve, reject) => {
    const request = httpRequest({ agent: false, ...options, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject).once('end', () => {
        const text = Buffer.concat(pieces).toString();
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, text, json: parse(text) });
      });
    });
    request.once('error', reject);
    started?.(request);
    request.end(body);
  });
}

/** Node frames the body of a DELETE only when its length is told. */
function lengthOf({ headers }: RequestOptions, body: string | Uint8Array | undefined): Record<string, number> {
  const isChunked = headers !== undefined && 'transfer-encoding' in headers;
  return body === undefined || isChunked ? {} : { 'content-length': Buffer.byteLength(body) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** Sends bytes, and resolves with all that comes back until the other end closes. */
export async function sendRaw(path: string, text: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(path);
    let answer = '';
    socket.on('data', (piece: Buffer) => {
      answer += piece.toString('latin1');
    });
    socket.once('error', reject).once('close', () => {
      resolve(answer);
    });
    socket.write(text, 'latin1');
  });
}
