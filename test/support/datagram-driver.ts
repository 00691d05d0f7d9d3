// A driver for datagrams inside one process: what is sent is written down, and a test plays what comes.

import type { DatagramEvents, DatagramLink, LocalBinding, Remote, TransportDriver } from '../../src/engine/index.ts';

/** One open port. */
export interface FakePort {
  readonly binding: LocalBinding;
  readonly port: number;
  readonly events: DatagramEvents;
  isClosed: boolean;
}

/** Has ports for datagrams, and no circuits. */
export class DatagramDriver implements TransportDriver {
  readonly name = 'fake datagrams';
  readonly ports: FakePort[] = [];
  readonly sent: { readonly bytes: Buffer; readonly remote: Remote | undefined }[] = [];
  /** What sending waits for; a rejection is that of the send. */
  sending: Promise<void> = Promise.resolve();
  /** What opening waits for. */
  opening: Promise<void> = Promise.resolve();

  checkBinding(): void {}

  async connect(): Promise<never> {
    return await Promise.reject(new Error('there are no circuits'));
  }

  async openDatagrams(
    { binding, port }: { readonly binding: LocalBinding; readonly port: number },
    events: DatagramEvents,
  ): Promise<DatagramLink> {
    await this.opening;
    const opened: FakePort = { binding, port: port === 0 ? 50_000 : port, events, isClosed: false };
    this.ports.push(opened);
    return {
      local: { address: '192.0.2.1', port: opened.port },
      send: async (bytes, remote) => {
        this.sent.push({ bytes: Buffer.from(bytes), remote });
        await this.sending;
      },
      close: async () => {
        opened.isClosed = true;
        await Promise.resolve();
      },
    };
  }
}
