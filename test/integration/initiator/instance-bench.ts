// An initiator instance for a test, what it told, and addresses at which nobody is of any use.

import { once } from 'node:events';
import net from 'node:net';

import {
  InitiatorInstance,
  type InitiatorInstanceOptions,
  type InstanceEvents,
  type LoginToTargetInput,
  type LoginToTargetResult,
  type Portal,
} from 'hawser';
import { targetName } from './lab.ts';

export const nodeName = 'iqn.2026-11.test:instance';

/** Makes an instance. */
export function openInstance(options: Partial<InitiatorInstanceOptions> = {}): InitiatorInstance {
  return new InitiatorInstance({ name: 'Root\\ISCSIPRT\\0000_0', nodeName, ...options });
}

/** Logs in to the lab's target, content with a session that is there. */
export async function logIn(
  instance: InitiatorInstance,
  portals: readonly Portal[],
  more: Partial<LoginToTargetInput> = {},
): Promise<LoginToTargetResult> {
  return await instance.loginToTarget({ targetName, portals, sessionType: 'data', existing: 'find', ...more });
}

/** The names of the events that the instance emits from now on, in their order. */
export function eventsOf(instance: InitiatorInstance, ...names: (keyof InstanceEvents)[]): string[] {
  const seen: string[] = [];
  for (const name of names) instance.events.on(name, () => seen.push(name));
  return seen;
}

/** A portal at which nobody listens. */
export async function deadPortal(): Promise<Portal> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return { host: '127.0.0.1', port };
}

/** A portal that takes connections in and says nothing. */
export async function silentPortal(): Promise<AsyncDisposable & { readonly portal: Portal }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    portal: { host: '127.0.0.1', port: (server.address() as net.AddressInfo).port },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
