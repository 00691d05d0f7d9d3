// All commands that need no service.

import type { Command } from 'commander';
import { addBench } from './bench.ts';
import type { CommandContext } from './command-context.ts';
import { addCopy } from './copy.ts';
import { addDiscover } from './discover.ts';
import { addFault } from './fault.ts';
import { addInfo } from './info.ts';
import { addLs } from './ls.ts';
import { addRead } from './read.ts';
import { addTarget } from './target.ts';
import { addTour } from './tour/tour.ts';
import { addWrite } from './write.ts';

/** Adds every command that needs no service. */
export function addOwnCommands(program: Command, context: CommandContext): void {
  addDiscover(program, context);
  addLs(program, context);
  addInfo(program, context);
  addRead(program, context);
  addWrite(program, context);
  addCopy(program, context);
  addBench(program, context);
  addTarget(program, context);
  addFault(program, context);
  addTour(program, context);
}
