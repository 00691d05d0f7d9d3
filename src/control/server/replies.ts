// What goes out: answers and problems, with the headers that all have, and without what must not go out.

import { inspect } from 'node:util';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type IscsiError, ServiceError } from '../../base/index.ts';
import { clientGone, httpStatus } from '../http-status.ts';
import { asForeseen, toProblem } from '../problem.ts';
import { redact } from './redaction.ts';

export const jsonType = 'application/json; charset=utf-8';

/** Sends a JSON text. */
export function sendJson(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type(jsonType).send(text);
}

/** Sends an error. `input` is what the request said: none of its secrets goes back. */
export function sendProblem(reply: FastifyReply, error: IscsiError, status: number, input?: unknown): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 429 || status === 503) reply.header('retry-after', '1');
  const text = redact(JSON.stringify(toProblem(error, status)), input);
  return reply.code(status).type('application/problem+json; charset=utf-8').send(text);
}

/** What the router itself refuses, with words of ours: its own may quote the request. */
const refusals: Readonly<
  Record<string, { readonly status: number; readonly message: string; readonly field?: string }>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, message: 'The body is longer than the service takes', field: 'body' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, message: 'The body is not application/json', field: 'content-type' },
  FST_ERR_BAD_URL: { status: 404, message: 'There is no such resource, or it has no such method' },
};

/** The fields by which operations name what they are about. */
const namingFields = ['targetName', 'sessionId', 'connectionId', 'holdId', 'path', 'address', 'host', 'port'] as const;
/** No field of these may be longer; this bounds what a wrong request can bring into a log. */
const longestName = 300;

/** Remembers of each request what is needed when it ends. */
export class Replies {
  readonly #inputs = new WeakMap<FastifyRequest, unknown>();
  readonly #errors = new WeakMap<FastifyRequest, IscsiError>();
  readonly #onFault: (fault: string) => void;

  /** @param onFault hears of what should not have happened: a fault of the program. */
  constructor(onFault: (fault: string) => void) {
    this.#onFault = onFault;
  }

  /** Keeps the input, for the case that an error quotes it. */
  remember(request: FastifyRequest, input: unknown): void {
    this.#inputs.set(request, input);
  }

  /**
   * The ids and names that the request gave: what a line of the log needs to be of use. No other input is in them, and
   * nothing of a request that was refused as wrong: what names nothing that there is may be a secret in the wrong place.
   */
  aboutOf(request: FastifyRequest, status: number): Readonly<Record<string, string | number>> {
    if (status >= 400 && status < clientGone) return {};
    const input = (this.#inputs.get(request) ?? {}) as Readonly<Record<string, unknown>>;
    const about: Record<string, string | number> = {};
    for (const name of namingFields) {
      const value = input[name];
      if (typeof value === 'number' || (typeof value === 'string' && value.length <= longestName)) about[name] = value;
    }
    return about;
  }

  /** Says that the request ends with an error. */
  fail(request: FastifyRequest, error: IscsiError): void {
    this.#errors.set(request, error);
  }

  errorOf(request: FastifyRequest): IscsiError | undefined {
    return this.#errors.get(request);
  }

  /** Answers a request that ended with whatever was thrown. */
  answerError(caught: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const refusal = asRefusal(caught);
    const error = refusal?.error ?? asForeseen(caught);
    const input = this.#inputs.get(request);
    if (error.code === 'SERVICE_FAILED') this.#onFault(redact(inspect(caught), input));
    this.fail(request, error);
    return sendProblem(reply, error, refusal?.status ?? httpStatus(error), input);
  }
}

function asRefusal(caught: unknown): { readonly status: number; readonly error: ServiceError } | undefined {
  const { code, statusCode } = (caught ?? {}) as Partial<FastifyError>;
  const known = code === undefined ? undefined : refusals[code];
  if (known !== undefined) {
    const { status, message, field } = known;
    const details = field === undefined ? {} : { field };
    return { status, error: new ServiceError('SERVICE_BAD_REQUEST', message, details) };
  }
  // All that the body's parser refuses has this status: broken JSON, a wrong length, keys that no object may have.
  if (statusCode !== 400) return undefined;
  const error = new ServiceError('SERVICE_BAD_REQUEST', 'The body is no JSON object', { field: 'body' });
  return { status: 400, error };
}
