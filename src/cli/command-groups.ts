// The commands by what has to be loaded for them.

import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

/** Commands that stand below one heading of the help. */
export interface CommandGroup {
  readonly heading: string;
  /** The commands for which this group alone is loaded: most of them take less time than loading all would. */
  readonly names: readonly string[];
  /** Resolves with what adds the commands to a program. */
  readonly load: () => Promise<(program: Command, context: CommandContext) => void>;
}

/** All groups, in the order of the help. */
export const commandGroups: readonly CommandGroup[] = [
  {
    heading: 'Commands that need no service:',
    names: ['discover', 'ls', 'info', 'read', 'write', 'copy', 'bench', 'target', 'fault', 'tour'],
    load: async () => (await import('./own-commands.ts')).addOwnCommands,
  },
  {
    heading: 'Commands of the service:',
    names: ['service', 'status', 'portals', 'targets', 'isns', 'login', 'logout', 'sessions', 'session'].concat([
      'connections',
      'devices',
      'persistent',
      'secrets',
      'radius',
      'initiator',
      'events',
      'iscsicli',
    ]),
    load: async () => (await import('./client/commands.ts')).addServiceCommands,
  },
  {
    // It speaks of all commands, so they are all loaded for it.
    heading: 'Commands of the service:',
    names: [],
    load: async () => (await import('./completion/completion.ts')).addCompletion,
  },
];
