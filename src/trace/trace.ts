// A trace: what passes through the circuits of this process, as a capture file that Wireshark and tshark read.
//
// Packets are gathered in one buffer and appended by synchronous writes: the circuits' own turn pays for the file, so
// that however fast they are, memory stays bounded and nothing is left out. A timer writes what a pause leaves behind.

import { closeSync, openSync, writeSync } from 'node:fs';
import {
  BlockError,
  type CircuitBytes,
  type CircuitClosed,
  type CircuitConnected,
  type Clock,
  channels,
  systemClock,
  type Timer,
} from '../base/index.ts';
import {
  interfaceDescriptionBlock,
  type PacketDirection,
  packetBlockHead,
  packetBlockLength,
  putPacketBlock,
  sectionHeaderBlock,
} from './pcapng.ts';
import { packetLength, TcpFlow } from './tcp-flow.ts';
import { headersLength, putHeaders, type TcpSegment } from './tcp-packet.ts';

/** Options of {@link openTrace}. */
export interface TraceOptions {
  /** What the file says that it was written by; `hawser` unless given. */
  readonly application?: string;
  readonly clock?: Clock;
}

/** A trace that is being written. */
export interface Trace {
  readonly path: string;
  /** Packets written or about to be. */
  readonly packets: number;
  /** The ports of the targets, in the order of their first use: Wireshark knows iSCSI by port alone. */
  readonly targetPorts: readonly number[];
  /** Why the trace stopped before its close, if it did: the file could not be written. */
  readonly error: BlockError | undefined;
  /** Writes what is left and closes the file. Rejects with the error that stopped the trace. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How much is gathered before it is written, and how long it may lie. */
const bufferLength = 1_048_576;
const flushDelayMs = 100;

/**
 * Starts a trace into a new file; one that exists is overwritten. It holds every circuit that is connected from here on,
 * with TCP and IP headers made up around the bytes: those of TLS circuits in the clear, and login texts as they are
 * (CHAP never sends a secret). Rejects with BlockError BLOCK_IO_FAILED.
 */
export async function openTrace(path: string, options: TraceOptions = {}): Promise<Trace> {
  await Promise.resolve(); // the promise of the contract: what fails here rejects
  return new CaptureFile(path, options);
}

class CaptureFile implements Trace {
  readonly path: string;
  readonly #clock: Clock;
  /** Microseconds since 1970 at the clock's zero. */
  readonly #epochUs: number;
  readonly #file: number;
  readonly #buffer = new Uint8Array(bufferLength);
  readonly #flows = new Map<number, TcpFlow>();
  readonly #targetPorts = new Set<number>();
  #used = 0;
  #packets = 0;
  #timer: Timer | undefined;
  #error: BlockError | undefined;
  #closed: Promise<void> | undefined;

  constructor(path: string, options: TraceOptions) {
    this.path = path;
    this.#clock = options.clock ?? systemClock;
    this.#epochUs = (Date.now() - this.#clock.now()) * 1000;
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch (error) {
      throw traceError(path, error);
    }
    this.#append(sectionHeaderBlock(options.application ?? 'hawser'));
    this.#append(interfaceDescriptionBlock('hawser'));
    this.#flush();
    if (this.#error !== undefined) {
      closeSync(this.#file);
      throw this.#error;
    }
    channels.circuitConnected.subscribe(this.#connected);
    channels.circuitBytesSent.subscribe(this.#sent);
    channels.circuitBytesReceived.subscribe(this.#received);
    channels.circuitClosed.subscribe(this.#circuitClosed);
  }

  get packets(): number {
    return this.#packets;
  }

  get targetPorts(): number[] {
    return [...this.#targetPorts];
  }

  get error(): BlockError | undefined {
    return this.#error;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#unsubscribe();
    this.#flush();
    await Promise.resolve();
    try {
      closeSync(this.#file);
    } catch (error) {
      this.#error ??= traceError(this.path, error);
    }
    if (this.#error !== undefined) throw this.#error;
  }

  // Subscribers as fields: they are called without `this`, and unsubscribed by identity.

  readonly #connected = ({ circuitId, local, remote, isAccepted = false }: CircuitConnected): void => {
    this.#targetPorts.add(isAccepted ? local.port : remote.port);
    const flow = new TcpFlow(local, remote, this.#take);
    this.#flows.set(circuitId, flow);
    flow.opened(isAccepted);
  };

  readonly #sent = ({ circuitId, pieces }: CircuitBytes): void => {
    this.#flows.get(circuitId)?.sent(pieces);
  };

  readonly #received = ({ circuitId, pieces }: CircuitBytes): void => {
    this.#flows.get(circuitId)?.received(pieces);
  };

  readonly #circuitClosed = ({ circuitId }: CircuitClosed): void => {
    this.#flows.get(circuitId)?.closed();
    this.#flows.delete(circuitId);
  };

  readonly #take = (segment: TcpSegment, pieces: readonly Uint8Array[], direction: PacketDirection): void => {
    if (this.#error !== undefined) return;
    const length = packetLength(segment);
    const blockLength = packetBlockLength(length);
    if (this.#used + blockLength > bufferLength) this.#flush();
    const at = this.#used + packetBlockHead;
    let end = at + headersLength(segment);
    for (const piece of pieces) {
      this.#buffer.set(piece, end);
      end += piece.length;
    }
    putHeaders(this.#buffer, at, segment);
    const timeUs = Math.round(this.#epochUs + this.#clock.now() * 1000);
    putPacketBlock(this.#buffer, this.#used, { length, timeUs, direction });
    this.#used += blockLength;
    this.#packets += 1;
    this.#timer ??= this.#clock.schedule(flushDelayMs, this.#flush, { unref: true });
  };

  readonly #flush = (): void => {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { length } = this.#buffer.subarray(0, this.#used);
    try {
      for (let done = 0; done < length; ) done += writeSync(this.#file, this.#buffer, done, length - done);
    } catch (error) {
      // A trace with a gap would lie, so it ends here; the circuits go on.
      this.#error ??= traceError(this.path, error);
      this.#unsubscribe();
    }
    this.#used = 0;
  };

  #append(block: Uint8Array): void {
    this.#buffer.set(block, this.#used);
    this.#used += block.length;
  }

  #unsubscribe(): void {
    channels.circuitConnected.unsubscribe(this.#connected);
    channels.circuitBytesSent.unsubscribe(this.#sent);
    channels.circuitBytesReceived.unsubscribe(this.#received);
    channels.circuitClosed.unsubscribe(this.#circuitClosed);
  }
}

function traceError(path: string, cause: unknown): BlockError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BlockError('BLOCK_IO_FAILED', `The trace ${path} cannot be written: ${reason}`, { cause });
}
