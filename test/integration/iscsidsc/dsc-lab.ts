// The Discovery Library API by both of its doors, over a service with targets on loopback.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { type ControlServer, openControlServer } from 'hawser/control';
import {
  type Answer,
  type ConnectedIscsiDsc,
  connectIscsiDsc,
  type IscsiDsc,
  openIscsiDsc,
  statusFacts,
} from 'hawser/iscsidsc';
import type { Service, ServiceOptions } from 'hawser/service';
import { openLab, type Portal, type ServiceLab } from '../service/service-lab.ts';

/** A way to the service. */
export type Door = 'in this process' | 'over the socket';

export const doors: readonly Door[] = ['in this process', 'over the socket'];

/** A service, targets, and the functions by one door. */
export class DscLab implements AsyncDisposable {
  readonly lab: ServiceLab;
  readonly #door: Door;
  #server: ControlServer | undefined;
  #connected: ConnectedIscsiDsc | undefined;
  #dsc: IscsiDsc | undefined;

  constructor(lab: ServiceLab, door: Door) {
    this.lab = lab;
    this.#door = door;
  }

  get dsc(): IscsiDsc {
    if (this.#dsc === undefined) throw new Error('no door is open');
    return this.#dsc;
  }

  get service(): Service {
    return this.lab.service;
  }

  /** Opens the door to the service that is open. */
  async enter(): Promise<void> {
    if (this.#door === 'in this process') {
      this.#dsc = openIscsiDsc(this.service);
      return;
    }
    const socketPath = join(this.lab.directory, 'socket');
    this.#server = await openControlServer({ service: this.service, socketPath });
    this.#connected = connectIscsiDsc({ socketPath });
    this.#dsc = this.#connected;
  }

  /** Ends the service and starts another one on the same state. */
  async restart(options: Partial<ServiceOptions> = {}): Promise<void> {
    await this.#leave();
    const service = await this.lab.start(options);
    await this.enter();
    await service.ready;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    await this.lab[Symbol.asyncDispose]();
  }

  async #leave(): Promise<void> {
    await this.#connected?.close();
    await this.#server?.close();
  }
}

/** A lab with an open service and an open door. */
export async function openDscLab(door: Door, options: Partial<ServiceOptions> = {}): Promise<DscLab> {
  const lab = new DscLab(await openLab(options), door);
  await lab.enter();
  return lab;
}

/** A portal as the header has it. */
export function portalOf({ host, port }: Portal): { readonly Address: string; readonly Socket: number } {
  return { Address: host, Socket: port };
}

/** The answer of a call that ends well. */
export async function outOf<Out extends object>(call: Promise<Answer<Out>>): Promise<Out> {
  const answer = await call;
  assert.equal(statusFacts(answer.Status)?.name, 'ERROR_SUCCESS', 'Cause' in answer ? answer.Cause.message : '');
  return answer as Out;
}

/** The name of the status that a call ends with. */
export async function statusOf(call: Promise<Answer>): Promise<string> {
  const { Status } = await call;
  return statusFacts(Status)?.name ?? String(Status);
}
