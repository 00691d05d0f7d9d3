// `hawser completion`: prints what a shell needs to complete command lines.

import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { outlineOf } from '../program-outline.ts';
import { bashCompletion } from './bash.ts';
import { zshCompletion } from './zsh.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion } as const;

/** Adds `hawser completion`. */
export function addCompletion(program: Command, { environment }: CommandContext): void {
  program
    .command('completion')
    .summary('completion for a shell')
    .description('Prints a script by which bash or zsh completes command lines of hawser.')
    .addArgument(new Argument('<shell>', 'bash or zsh').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      '\nExample:\n  source <(hawser completion bash)\n  hawser completion zsh > ~/.zfunc/_hawser   # a folder of fpath',
    )
    .action((shell: keyof typeof shells) => {
      environment.stdout.write(shells[shell](outlineOf(program)));
    });
}
