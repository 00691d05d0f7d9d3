// A connection of ours to an iSNS server, from the connect to the disconnect.

import { deferred, type IscsiError, IsnsError } from '../../base/index.ts';
import { type IsnsAnswer, IsnsLine, type IsnsNotice, type IsnsRequest } from '../../discovery/index.ts';
import type { Address, Engine, VirtualCircuit } from '../../engine/index.ts';
import type { ResolvedIsnsOptions } from './isns-options.ts';

/** What a line is opened with. */
export interface ServerLineParts {
  readonly engine: Engine;
  readonly address: Address;
  readonly options: ResolvedIsnsOptions;
  readonly noticed: (notice: IsnsNotice) => boolean;
}

/** One connection to the server. */
export class ServerLine {
  readonly #engine: Engine;
  readonly #circuit: VirtualCircuit;
  readonly #line: IsnsLine;
  readonly #ended: Promise<IscsiError>;

  private constructor(engine: Engine, circuit: VirtualCircuit, line: IsnsLine, ended: Promise<IscsiError>) {
    this.#engine = engine;
    this.#circuit = circuit;
    this.#line = line;
    this.#ended = ended;
  }

  /** Connects. Rejects with IsnsError ISNS_UNREACHABLE, or the signal's reason; nothing is left behind then. */
  static async open({ engine, address, options, noticed }: ServerLineParts, signal: AbortSignal): Promise<ServerLine> {
    const { server, clock, limits } = options;
    const ended = deferred<IscsiError>();
    let circuit: VirtualCircuit | undefined;
    const line = new IsnsLine({
      clock,
      timeoutMs: limits.answerTimeoutMs,
      send: (bytes) => circuit?.send([bytes]),
      noticed,
      failed: ended.resolve,
    });
    const connection = address.buildConnection(server);
    try {
      circuit = await connection.buildCircuit({
        connectTimeoutMs: limits.connectTimeoutMs,
        closeTimeoutMs: limits.closeTimeoutMs,
        signal,
        handlers: {
          received: (chunk) => {
            line.received(chunk);
          },
          drained: () => {},
          disconnected: (error) => {
            line.disconnected(error);
            ended.resolve(new IsnsError('ISNS_UNREACHABLE', lostMessage(server, error), { cause: error }));
          },
        },
      });
    } catch (error) {
      await connection.tearDown();
      signal.throwIfAborted();
      throw new IsnsError('ISNS_UNREACHABLE', error instanceof Error ? error.message : String(error), { cause: error });
    }
    return new ServerLine(engine, circuit, line, ended.promise);
  }

  /** The address that the server sees, without the zone of a link-local one. */
  get localAddress(): string {
    const [address = ''] = this.#circuit.local.address.split('%', 1);
    return address;
  }

  /** Resolves with the reason once the line is of no more use; never rejects. Not by `close`. */
  get ended(): Promise<IscsiError> {
    return this.#ended;
  }

  /** Asks, as `IsnsLine.request`. */
  async request(request: IsnsRequest, signal: AbortSignal): Promise<IsnsAnswer> {
    return await this.#line.request(request, signal);
  }

  /** Disconnects in order, within the close limit. Never rejects. */
  async close(): Promise<void> {
    const circuit = this.#circuit;
    const initiated = this.#engine.worker.run((context) => {
      circuit.initiateDisconnect(context, 'graceful');
    });
    await initiated.catch(() => undefined); // the engine is being closed, and takes the circuit down by itself
    await circuit.tearDown();
    this.#line.disconnected(undefined);
  }
}

function lostMessage({ host, port }: ResolvedIsnsOptions['server'], error: Error | undefined): string {
  return error?.message ?? `The iSNS server ${host}:${port} closed the connection`;
}
