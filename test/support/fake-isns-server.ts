// An iSNS server over the memory transport that answers as a test tells it.

import {
  decodeAttributes,
  encodeAnswer,
  encodeMessage,
  functionId,
  type IsnsAttribute,
  type IsnsMessage,
  isnsTag,
  MessageAssembler,
} from '../../src/discovery/index.ts';
import type { MemoryDriver, MemoryPeer } from '../../src/engine/index.ts';

/** Where it listens: a name, and the port of iSNS. */
export const isnsPlace = { host: 'isns', port: 3205 };

/** The target that the server knows. */
export const knownTarget = 'iqn.2026-11.hawser.test:target';

/** How the fake server answers a request: a status, or nothing. */
export type Rule = (functionId: number) => number | undefined;

/** An iSNS server that knows one target, and writes down what it is asked. */
export class FakeIsnsServer {
  readonly asked: IsnsMessage[] = [];
  readonly peers: MemoryPeer[] = [];
  readonly #driver: MemoryDriver;
  rule: Rule = () => 0;
  /** Whether it still has the node. */
  knowsNode = true;
  periodSeconds = 600;
  /** How many bytes it sends before it ends its connection, once; undefined for all of them. */
  cutAfter: number | undefined;
  /** How many bytes it has sent. */
  sentBytes = 0;
  #close: () => void = () => undefined;

  constructor(driver: MemoryDriver) {
    this.#driver = driver;
    this.start();
  }

  start(): void {
    const listener = this.#driver.listen(isnsPlace, (peer) => {
      this.peers.push(peer);
      const assembler = new MessageAssembler((message) => {
        this.#take(peer, message);
      }, 1 << 16);
      return {
        received: (chunk) => {
          assembler.push(chunk);
        },
        ended: () => {
          peer.end();
        },
      };
    });
    this.#close = () => {
      listener.close();
    };
  }

  /** Ends without a word. */
  stop(): void {
    this.#close();
    for (const peer of this.peers.splice(0)) peer.reset();
  }

  /** The attributes of all requests of a function, without the source. */
  requests(id: number): IsnsAttribute[][] {
    return this.asked.filter((each) => each.functionId === id).map(({ payload }) => decodeAttributes(payload).slice(1));
  }

  value(id: number, tag: number): IsnsAttribute['value'] {
    return this.requests(id)
      .at(-1)
      ?.find((attribute) => attribute.tag === tag)?.value;
  }

  #take(peer: MemoryPeer, message: IsnsMessage): void {
    this.asked.push(message);
    const status = this.rule(message.functionId);
    if (status === undefined) return;
    const payload = encodeAnswer(status, status === 0 ? this.#answer(message) : []);
    const answer = { ...message, functionId: message.functionId | 0x8000, sender: 'server', payload } as const;
    this.#send(peer, encodeMessage(answer));
  }

  #send(peer: MemoryPeer, bytes: Uint8Array): void {
    const isCut = this.cutAfter !== undefined && this.sentBytes + bytes.length > this.cutAfter;
    const sent = isCut ? bytes.subarray(0, (this.cutAfter ?? 0) - this.sentBytes) : bytes;
    this.sentBytes += sent.length;
    if (sent.length > 0) peer.send([sent]);
    if (!isCut) return;
    this.cutAfter = undefined;
    peer.end();
  }

  #answer({ functionId: id, payload }: IsnsMessage): IsnsAttribute[] {
    const [, key] = decodeAttributes(payload);
    if (id === functionId.devAttrReg) {
      const entity = key ?? { tag: isnsTag.entityIdentifier, value: 'none' };
      return [entity, { tag: isnsTag.registrationPeriod, value: this.periodSeconds }];
    }
    if (id !== functionId.devAttrQry) return [];
    const delimiter = { tag: 0, value: undefined };
    if (key?.value !== undefined) return this.knowsNode ? [delimiter, key] : [delimiter];
    return [delimiter, { tag: isnsTag.iscsiName, value: knownTarget }, { tag: isnsTag.iscsiNodeType, value: 1 }];
  }
}
