// Puts the laboratory between the target and the hooks of its owner: faults are asked first.

import type { Pdu, TargetPdu } from '../../wire/index.ts';
import type { CommandVerdict, HookCommand, HookConnection, PduVerdict, TargetHooks } from '../hooks.ts';
import type { Laboratory } from './laboratory.ts';

/** The owner's hooks with the laboratory before them. A point is absent while nobody is there, as it costs nothing then. */
export function withFaults(laboratory: Laboratory, hooks: TargetHooks): TargetHooks {
  const onConnection = (connection: HookConnection): 'close' | undefined => hooks.onConnection?.(connection);
  const onPduReceived = (pdu: Pdu, length: number, connection: HookConnection): PduVerdict =>
    laboratory.onReceived(pdu, connection) ?? hooks.onPduReceived?.(pdu, length, connection);
  const beforePduSent = (pdu: TargetPdu, connection: HookConnection): PduVerdict =>
    hooks.beforePduSent?.(pdu, connection);
  const onError = (error: unknown, connection: HookConnection): void => {
    hooks.onError?.(error, connection);
  };
  const onCommand = async (command: HookCommand): Promise<CommandVerdict> =>
    (await laboratory.onCommand(command)) ?? (await hooks.onCommand?.(command));
  return {
    onConnection,
    onError,
    get onPduReceived() {
      return laboratory.hasReceivedFaults || hooks.onPduReceived !== undefined ? onPduReceived : undefined;
    },
    get beforePduSent() {
      return hooks.beforePduSent === undefined ? undefined : beforePduSent;
    },
    get onCommand() {
      return laboratory.hasCommandFaults || hooks.onCommand !== undefined ? onCommand : undefined;
    },
  } as TargetHooks;
}
