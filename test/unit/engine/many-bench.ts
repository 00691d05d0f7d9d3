// An engine over gates, and connects in several ways on it.

import assert from 'node:assert/strict';
import { nextTurn } from '../../../src/base/index.ts';
import {
  type Address,
  type ConnectOverMany,
  type ConnectOverManyOptions,
  connectOverMany,
  Engine,
  type Transport,
} from '../../../src/engine/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { GateDriver, type QuietLink } from '../../support/gate-driver.ts';

/** An engine over gates, and one connect in several ways. */
export class Bench {
  readonly clock: FakeClock = new FakeClock();
  readonly engine: Engine = new Engine({ clock: this.clock, connectTimeoutMs: 10_000 });
  readonly driver: GateDriver = new GateDriver();
  readonly transport: Transport = this.engine.buildTransport(this.driver);
  readonly address: Address = this.transport.buildAddress();
  readonly recorders: Map<string, CircuitRecorder> = new Map();

  connect(
    select: ConnectOverManyOptions['select'],
    hosts: readonly string[],
    options: Partial<ConnectOverManyOptions> = {},
  ): ConnectOverMany {
    const connect = connectOverMany({
      select,
      attempts: hosts.map((host) => ({ address: this.address, remote: { host, port: 3260 } })),
      handlers: ({ remote: { host } }) => {
        const recorder = new CircuitRecorder();
        this.recorders.set(host, recorder);
        return recorder;
      },
      ...options,
    });
    connect.decided.catch(() => undefined);
    return connect;
  }

  async settle(): Promise<void> {
    await this.clock.advance(0);
  }

  link(host: string): QuietLink {
    const link = this.driver.links.get(host);
    assert.ok(link !== undefined, `${host} has answered`);
    return link;
  }

  /** Hosts of the links that are open, and of the connections and circuits on the address. */
  left(): string[][] {
    const { connections } = this.address;
    return [
      [...this.driver.open].map(({ remote }) => remote.address).sort(),
      connections.map(({ remote }) => remote.host),
      connections.flatMap(({ circuits }) => circuits.map(({ remote }) => remote.address)),
    ];
  }
}

export async function winnersOf({ decided }: ConnectOverMany): Promise<string[]> {
  return (await decided).winners.map(({ attempt }) => attempt.remote.host);
}

export async function failuresOf({ decided }: ConnectOverMany): Promise<string[]> {
  return (await decided).failures.map(({ attempt, error }) => `${attempt.remote.host} ${error.code}`);
}

/** Whether it has settled by now. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = {};
  return (await Promise.race([promise.catch(() => undefined), nextTurn().then(() => open)])) !== open;
}
