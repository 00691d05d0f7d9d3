// The loads of the links bench: one that measures, and one that knows what every block must hold.

import { sleep, systemClock } from '../../src/base/index.ts';
import type { BlockDevice, InitiatorSession } from '../../src/index.ts';

const blockSize = 256 * 1024;
const depth = 16;

/** Bytes a second of sequential requests of 256 KiB, 16 at a time. */
export async function throughput(device: BlockDevice, kind: 'read' | 'write', seconds: number): Promise<number> {
  let next = 0;
  let bytes = 0;
  const started = performance.now();
  const deadline = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: depth }, async () => {
      const buffer = Buffer.alloc(blockSize, 0x5a);
      while (performance.now() < deadline) {
        const offset = (next * blockSize) % device.size;
        next += 1;
        await (kind === 'read' ? device.read(offset, buffer) : device.write(offset, buffer));
        bytes += blockSize;
      }
    }),
  );
  return bytes / ((performance.now() - started) / 1000);
}

/** What a verified load has seen. */
export interface LoadReport {
  readonly requests: number;
  /** Requests that failed and were repeated by the load itself, by error code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly longestWaitMs: number;
  /** Blocks read back at the end; each held what was written last. */
  readonly verifiedBlocks: number;
}

/** Writes and reads blocks, each of which carries its own number and how often it was written. */
export class VerifiedLoad {
  readonly #device: BlockDevice;
  readonly #session: InitiatorSession;
  readonly #generations: Uint32Array;
  readonly #failures: Record<string, number> = {};
  #requests = 0;
  #longestWaitMs = 0;
  #isStopped = false;
  #workers: Promise<unknown> = Promise.resolve();

  constructor(device: BlockDevice, session: InitiatorSession) {
    this.#device = device;
    this.#session = session;
    this.#generations = new Uint32Array(verifiedBlocks);
  }

  /** Writes every block once, then goes on until `stop`. */
  async start(workers: number): Promise<void> {
    for (let block = 0; block < verifiedBlocks; block += 1) await this.#write(block);
    this.#workers = Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(worker, workers)));
    this.#workers.catch(() => undefined); // told by `stop`
  }

  /** Ends the load and reads everything back. Rejects when a block held anything else, or the session was lost. */
  async stop(): Promise<LoadReport> {
    this.#isStopped = true;
    await this.#workers;
    for (let block = 0; block < this.#generations.length; block += 1) await this.#check(block);
    return {
      requests: this.#requests,
      failures: this.#failures,
      longestWaitMs: this.#longestWaitMs,
      verifiedBlocks: this.#generations.length,
    };
  }

  async #work(worker: number, workers: number): Promise<void> {
    // Each worker has every so manyth block for itself, so that it knows what it holds.
    const own = Math.floor(this.#generations.length / workers);
    for (let round = 0; !this.#isStopped; round += 1) {
      await this.#write((round % own) * workers + worker);
      await this.#check((Math.floor(Math.random() * own) % own) * workers + worker);
    }
  }

  async #write(block: number): Promise<void> {
    const generation = (this.#generations[block] ?? 0) + 1;
    const content = contentOf(block, generation);
    await this.#insist(() => this.#device.write(block * verifiedSize, content));
    this.#generations[block] = generation;
  }

  async #check(block: number): Promise<void> {
    const generation = this.#generations[block] ?? 0;
    const back = Buffer.alloc(verifiedSize);
    await this.#insist(() => this.#device.read(block * verifiedSize, back));
    if (back.equals(contentOf(block, generation))) return;
    throw new Error(`Block ${block} held ${back.readUInt32LE(4)} where ${generation} was written last`);
  }

  /** Repeats a request until it succeeds, as long as there is a session, and keeps count. */
  async #insist(request: () => Promise<void>): Promise<void> {
    const started = performance.now();
    for (;;) {
      try {
        await request();
        break;
      } catch (error) {
        const code = String((error as { code?: unknown }).code);
        this.#failures[code] = (this.#failures[code] ?? 0) + 1;
        if (this.#session.state === 'free') throw error;
        await sleep(systemClock, 10);
      }
    }
    this.#requests += 1;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, performance.now() - started);
  }
}

const verifiedSize = 16 * 1024;
const verifiedBlocks = 1024;

function contentOf(block: number, generation: number): Buffer {
  const content = Buffer.alloc(verifiedSize);
  for (let at = 0; at < verifiedSize; at += 8) {
    content.writeUInt32LE(block, at);
    content.writeUInt32LE(generation, at + 4);
  }
  return content;
}
