// What a command of `hawser iscsicli` is: its name, its values in order, and what it calls.

import type { Answer, IscsiDsc } from '../../iscsidsc/index.ts';
import type { InitiatorService } from '../../service/index.ts';
import type { CliEnvironment } from '../environment.ts';
import type { Values } from './values.ts';

/** What a command works with. */
export interface IscsicliTools {
  readonly dsc: IscsiDsc;
  readonly service: InitiatorService;
  readonly ping: CliEnvironment['ping'];
  readonly signal: AbortSignal;
}

/** How a command went. */
export interface Outcome {
  /** The call's answer: its status, and its out-parameters. */
  readonly answer: Answer;
  /** What a person reads above the last line. */
  readonly lines: readonly string[];
}

/** A command. */
export interface IscsicliCommand {
  readonly name: string;
  /** The names of its values in order, as its usage shows them; what may be left out stands in brackets. */
  readonly values: string;
  /** Reads the values, and gives what is then to be done. Throws CommandLineError. */
  readonly parse: (values: Values) => (tools: IscsicliTools) => Promise<Outcome>;
}

/** The outcome of a call; `show` makes lines of its out-parameters where it succeeded. */
export function outcome<Out extends object>(
  answer: Answer<Out>,
  show?: (out: Readonly<Out>) => readonly string[],
): Outcome {
  return { answer, lines: answer.Status === 0 && show !== undefined ? show(answer) : [] };
}
