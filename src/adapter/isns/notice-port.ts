// The port on which an iSNS server tells of changes and asks whether we live (RFC 4171 §6.3.5, §6.3.7).

import type { Timer } from '../../base/index.ts';
import { IsnsLine, type IsnsNotice } from '../../discovery/index.ts';
import type { Address, CircuitHandlers, CircuitListener, Transport, VirtualCircuit } from '../../engine/index.ts';
import type { ResolvedIsnsOptions } from './isns-options.ts';

/** Servers connect anew for each notice, and hardly two at a time. */
const circuitBound = 8;

/** A listening port on one local address. */
export class NoticePort {
  /** The local address it was opened for. */
  readonly localAddress: string;
  readonly #address: Address;
  readonly #listener: CircuitListener;

  private constructor(localAddress: string, address: Address, listener: CircuitListener) {
    this.localAddress = localAddress;
    this.#address = address;
    this.#listener = listener;
  }

  /** Opens the port. Rejects as `Address.listen`. */
  static async open(
    transport: Transport,
    localAddress: string,
    options: ResolvedIsnsOptions,
    noticed: (notice: IsnsNotice) => boolean,
  ): Promise<NoticePort> {
    const address = transport.buildAddress({ ...options.binding, localAddress });
    try {
      const at = { port: options.noticePort, circuitBound };
      const listener = await address.listen(at, (circuit) => handlersOf(circuit, options, noticed));
      return new NoticePort(localAddress, address, listener);
    } catch (error) {
      await address.tearDown();
      throw error;
    }
  }

  get port(): number {
    return this.#listener.local.port;
  }

  /** Frees the port. Never rejects. */
  async close(): Promise<void> {
    await this.#address.tearDown();
  }
}

/** A connection that says nothing for long is ended, so that nobody can hold all there may be. */
function handlersOf(
  circuit: VirtualCircuit,
  { clock, limits }: ResolvedIsnsOptions,
  noticed: (notice: IsnsNotice) => boolean,
): CircuitHandlers {
  let idle: Timer | undefined;
  const end = (): void => {
    idle?.cancel();
    void circuit.tearDown();
  };
  const restart = (): void => {
    idle?.cancel();
    idle = clock.schedule(limits.idleTimeoutMs, end, { unref: true });
  };
  const line = new IsnsLine({
    clock,
    timeoutMs: limits.answerTimeoutMs,
    send: (bytes) => circuit.send([bytes]),
    noticed,
    failed: end,
  });
  restart();
  void circuit.closed.then(() => idle?.cancel());
  return {
    received(chunk) {
      restart();
      line.received(chunk);
    },
    drained() {},
    disconnected(error) {
      line.disconnected(error);
    },
  };
}
