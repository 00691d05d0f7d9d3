// All commands of iscsicli.

import type { IscsicliCommand } from './command.ts';
import { nodeCommands } from './node-commands.ts';
import { persistentCommands } from './persistent-commands.ts';
import { pingCommand } from './ping-command.ts';
import { scsiCommands } from './scsi-commands.ts';
import { sessionCommands } from './session-commands.ts';
import { targetCommands } from './target-commands.ts';

/** In the order of their names. */
export const iscsicliCommands: readonly IscsicliCommand[] = [
  ...targetCommands,
  ...sessionCommands,
  ...persistentCommands,
  ...scsiCommands,
  ...nodeCommands,
  pingCommand,
].toSorted((one, other) => one.name.localeCompare(other.name, 'en'));

/** A command by its name, in whatever case. */
export function findIscsicliCommand(name: string): IscsicliCommand | undefined {
  return iscsicliCommands.find((command) => command.name.toLowerCase() === name.toLowerCase());
}
