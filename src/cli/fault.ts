// `hawser fault`: makes things go wrong in a target that runs with --control.

import { Argument, type Command } from 'commander';
import {
  askControl,
  type ControlAnswer,
  type ControlRequest,
  describeFaults,
  type FaultInfo,
} from '../target/index.ts';
import { action, addJsonOption, type CommandContext } from './command-context.ts';
import { CommandLineError } from './failure.ts';
import type { Report } from './printer.ts';
import { formatTable } from './table.ts';

const actions = ['inject', 'remove', 'list', 'sessions', 'describe'] as const;
type Action = (typeof actions)[number];

/** Adds `hawser fault`. */
export function addFault(program: Command, context: CommandContext): void {
  const command = program
    .command('fault')
    .summary('make a running target go wrong')
    .description(
      'Injects faults into a target that runs with --control, removes them (by id, or all), and lists them or the ' +
        'sessions. describe tells what faults there are, or what one takes; it needs no target.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(actions))
    .argument('[what...]', 'NAME[:key=value,...] to inject; ids or all to remove; a NAME to describe')
    .option('--control <path>', 'the control socket of the target')
    .addHelpText(
      'after',
      '\nExample:\n  hawser fault inject stall-connection:cid=1,ms=5000 --control /run/user/1000/hawser.sock',
    );
  addJsonOption(command).action(action(context, run));
}

async function run(
  context: CommandContext,
  wanted: Action,
  what: readonly string[],
  { control }: { readonly control?: string },
): Promise<void> {
  const { printer, signal } = context;
  if (wanted === 'describe') {
    printer.print(describe(what));
    return;
  }
  if (control === undefined) throw new CommandLineError('which target? Give --control PATH');
  const requests = requestsOf(wanted, what);
  const answers: ControlAnswer[] = [];
  for (const request of requests) answers.push(await askControl(control, request, { signal }));
  printer.print(report(wanted, answers));
}

function requestsOf(wanted: Exclude<Action, 'describe'>, what: readonly string[]): ControlRequest[] {
  if (wanted === 'list' || wanted === 'sessions') {
    if (what.length > 0) throw new CommandLineError(`${wanted} takes nothing more`);
    return [wanted === 'list' ? { list: true } : { sessions: true }];
  }
  if (what.length === 0) throw new CommandLineError(`what to ${wanted}?`);
  if (wanted === 'inject') return what.map((fault) => ({ inject: fault }));
  return what.map((id) => {
    if (id === 'all') return { remove: id };
    if (/^\d{1,9}$/.test(id)) return { remove: Number(id) };
    throw new CommandLineError(`a fault is removed by its id, or all are, not ${JSON.stringify(id)}`);
  });
}

function report(wanted: Action, answers: readonly ControlAnswer[]): Report {
  if (wanted === 'sessions') {
    const sessions = answers.flatMap((answer) => answer.sessions ?? []);
    const rows = sessions.map(({ sessionId, initiatorName, cids, taskCount }) => [
      sessionId,
      initiatorName,
      cids.join(' '),
      taskCount,
    ]);
    const text =
      rows.length === 0 ? 'No sessions' : formatTable(['SESSION', 'INITIATOR', 'CIDS', 'TASKS'], rows, [0, 3]);
    return { document: { sessions }, text };
  }
  if (wanted === 'remove') {
    const removed = answers.flatMap((answer) => answer.removed ?? []);
    return { document: { removed }, text: `Removed ${removed.join(', ') || 'nothing'}` };
  }
  const faults = answers.flatMap(({ fault, faults: all }) => all ?? (fault === undefined ? [] : [fault]));
  return { document: { faults }, text: tableOf(faults) };
}

function tableOf(faults: readonly FaultInfo[]): string {
  if (faults.length === 0) return 'No faults';
  const rows = faults.map(({ id, name, hits, isSpent, settings }) => [
    id,
    name,
    hits,
    isSpent ? 'spent' : 'armed',
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  ]);
  return formatTable(['ID', 'FAULT', 'HITS', 'STATE', 'SETTINGS'], rows, [0, 2]);
}

function describe(names: readonly string[]): Report {
  const all = describeFaults();
  const unknown = names.find((name) => all.every((fault) => fault.name !== name));
  if (unknown !== undefined) throw new CommandLineError(`there is no fault ${JSON.stringify(unknown)}`);
  if (names.length === 0) {
    return {
      document: { faults: all },
      text: formatTable(
        ['FAULT', 'WHAT IT DOES'],
        all.map(({ name, does }) => [name, does]),
      ),
    };
  }
  const faults = all.filter(({ name }) => names.includes(name));
  const text = faults.map(({ name, does, clause, parameters }) => {
    const rows = parameters.map(({ key, unit, standard, isRequired, meaning, values }) => [
      key,
      isRequired ? 'required' : typeof standard === 'boolean' ? (standard ? 'yes' : 'no') : (standard ?? ''),
      unit,
      `${meaning} (${values})`,
    ]);
    return [`${name}: ${does}`, clause, formatTable(['KEY', 'DEFAULT', 'UNIT', 'MEANING'], rows)].join('\n');
  });
  return { document: { faults }, text: text.join('\n\n') };
}
