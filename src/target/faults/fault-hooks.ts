// Puts the laboratory between the target and the hooks of its owner: faults are asked first.

import type { TargetHooks } from '../hooks.ts';
import type { Laboratory } from './laboratory.ts';

type Hooks = Required<TargetHooks>;

/** The owner's hooks with the laboratory before them. A point is absent while nobody is there, as it costs nothing then. */
export function withFaults(laboratory: Laboratory, hooks: TargetHooks): TargetHooks {
  const both: Hooks = {
    onConnection: (connection) => hooks.onConnection?.(connection),
    onPduReceived: (pdu, length, connection) =>
      laboratory.ask('onReceived', (points) => points.onReceived?.(pdu, connection)) ??
      hooks.onPduReceived?.(pdu, length, connection),
    beforePduSent: (pdu, connection) => hooks.beforePduSent?.(pdu, connection),
    onError: (error, connection) => {
      hooks.onError?.(error, connection);
    },
    onLogin: (login) => laboratory.ask('onLogin', (points) => points.onLogin?.(login)) ?? hooks.onLogin?.(login),
    onLogout: (request, connection) =>
      laboratory.ask('onLogout', (points) => points.onLogout?.(request, connection)) ??
      hooks.onLogout?.(request, connection),
    onTaskManagement: (request, connection) =>
      laboratory.ask('onTaskManagement', (points) => points.onTaskManagement?.(request, connection)) ??
      hooks.onTaskManagement?.(request, connection),
    onCommand: (command) =>
      laboratory.ask('onCommand', (points) => points.onCommand?.(command)) ?? hooks.onCommand?.(command),
  };
  return {
    onConnection: both.onConnection,
    onError: both.onError,
    onLogin: both.onLogin,
    onLogout: both.onLogout,
    onTaskManagement: both.onTaskManagement,
    get onPduReceived() {
      return laboratory.has('onReceived') || hooks.onPduReceived !== undefined ? both.onPduReceived : undefined;
    },
    get beforePduSent() {
      return hooks.beforePduSent === undefined ? undefined : both.beforePduSent;
    },
    get onCommand() {
      return laboratory.has('onCommand') || hooks.onCommand !== undefined ? both.onCommand : undefined;
    },
  } as TargetHooks;
}
