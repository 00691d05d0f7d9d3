// One question to RADIUS servers: asked of one after the other, each several times, until one gives an answer to trust.

import { randomBytes, randomInt } from 'node:crypto';

import { type Clock, type Deferred, deferred, RadiusError, sleep } from '../../base/index.ts';
import { type Address, type DatagramPort, formatEndpoint } from '../../engine/index.ts';
import type { ChapProof } from '../../session/index.ts';
import { encodeAccessRequest } from './access-request.ts';
import { answerFault } from './authenticators.ts';
import { authenticatorLength, decodePacket, type RadiusPacket, radiusAttribute, radiusCode } from './packet.ts';

/** A RADIUS server. */
export interface RadiusServerAddress {
  readonly host: string;
  readonly port: number;
}

/** How servers are asked. */
export interface InquiryOptions {
  readonly servers: readonly RadiusServerAddress[];
  readonly secret: Uint8Array;
  readonly nasIdentifier: string | undefined;
  readonly requiresMessageAuthenticator: boolean;
  /** How long each copy of a request has to be answered, in order. */
  readonly waitsMs: readonly number[];
  readonly clock: Clock;
}

/** Longest part of a server's words that is repeated in a message. */
const shownLength = 128;

/** One question and all that was sent to ask it. */
export class Inquiry {
  readonly #options: InquiryOptions;
  readonly #proof: ChapProof;
  readonly #address: Address;
  /** Settles with the first answer that can be trusted, whichever server it is of. */
  readonly #verdict: Deferred<'accepted' | RadiusError> = deferred();
  /** The last that went wrong with each server. */
  readonly #faults = new Map<string, string>();

  /** What is opened on `address` is left to its owner's teardown. */
  constructor(options: InquiryOptions, proof: ChapProof, address: Address) {
    this.#options = options;
    this.#proof = proof;
    this.#address = address;
  }

  /**
   * Resolves when a server accepts the proof. Rejects with RadiusError RADIUS_REJECTED or RADIUS_UNREACHABLE, or with the
   * signal's reason.
   */
  async run(signal: AbortSignal): Promise<void> {
    for (const server of this.#options.servers) {
      const verdict = await this.#ask(server, signal);
      if (verdict === 'accepted') return;
      if (verdict !== undefined) throw verdict;
    }
    const faults = [...this.#faults].map(([name, fault]) => `${name} (${fault})`);
    throw new RadiusError('RADIUS_UNREACHABLE', `No RADIUS server gave an answer to trust: ${faults.join(', ')}`);
  }

  /** Asks a server until it or an earlier one has answered; undefined when it does not. */
  async #ask(server: RadiusServerAddress, signal: AbortSignal): Promise<'accepted' | RadiusError | undefined> {
    const name = formatEndpoint({ address: server.host, port: server.port });
    this.#faults.set(name, 'no answer');
    const { secret, nasIdentifier, waitsMs, clock } = this.#options;
    // A port of its own for each request: no other request can have the same identifier, and no answer is foreseeable.
    const authenticator = randomBytes(authenticatorLength);
    const identifier = randomInt(256);
    const request = encodeAccessRequest(this.#proof, { identifier, authenticator, secret, nasIdentifier });
    const gone = deferred<undefined>();
    let port: DatagramPort;
    try {
      port = await this.#address.openDatagrams(
        { remote: server, signal },
        {
          received: (bytes) => {
            this.#take(name, bytes, identifier, authenticator);
          },
          failed: ({ message }) => {
            this.#faults.set(name, message);
            gone.resolve(undefined);
          },
        },
      );
      for (const waitMs of waitsMs) {
        await port.send(request);
        const news = Promise.race([this.#verdict.promise, gone.promise.then(() => 'gone' as const)]);
        const outcome = await withinOrUndefined(clock, waitMs, signal, news);
        if (outcome === 'gone') return undefined;
        if (outcome !== undefined) return outcome;
      }
    } catch (error) {
      signal.throwIfAborted();
      this.#faults.set(name, error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }

  /** Takes what came from where a server is: discarded in silence unless it is an answer of who has the secret. */
  #take(server: string, bytes: Uint8Array, identifier: number, requestAuthenticator: Uint8Array): void {
    const answer = decodePacket(bytes);
    const fault =
      answer === undefined
        ? 'an answer that is no RADIUS packet'
        : this.#fault(answer, identifier, requestAuthenticator);
    if (answer === undefined || fault !== undefined) {
      this.#faults.set(server, fault ?? '');
      return;
    }
    this.#verdict.resolve(answer.code === radiusCode.accessAccept ? 'accepted' : this.#refusal(server, answer));
  }

  #fault(answer: RadiusPacket, identifier: number, requestAuthenticator: Uint8Array): string | undefined {
    if (answer.identifier !== identifier) return 'an answer to another request';
    const { secret, requiresMessageAuthenticator } = this.#options;
    const { accessAccept, accessReject, accessChallenge } = radiusCode;
    if (![accessAccept, accessReject, accessChallenge].some((code) => code === answer.code)) {
      return `an answer of code ${answer.code}`;
    }
    return answerFault(answer, { requestAuthenticator, secret, requiresMessageAuthenticator });
  }

  /** An Access-Challenge is a refusal to whom cannot answer it (RFC 2865 §4.4), and CHAP has had its answer. */
  #refusal(server: string, { code, attributes }: RadiusPacket): RadiusError {
    const words = attributes.find(({ type }) => type === radiusAttribute.replyMessage);
    const shown =
      words === undefined ? '' : `: ${JSON.stringify(Buffer.from(words.value).toString().slice(0, shownLength))}`;
    const what = code === radiusCode.accessReject ? 'rejected' : 'wanted more than CHAP for';
    const user = JSON.stringify(this.#proof.user);
    return new RadiusError('RADIUS_REJECTED', `The RADIUS server ${server} ${what} the user ${user}${shown}`, {
      server,
    });
  }
}

async function withinOrUndefined<T>(
  clock: Clock,
  waitMs: number,
  signal: AbortSignal,
  promise: Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  try {
    const late = sleep(clock, waitMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
