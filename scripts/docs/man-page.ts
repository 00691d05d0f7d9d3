// docs/hawser.1: the manual, of the program's own commands, options and texts.

import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { errorCodes } from '../../src/base/index.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { allCommands, type CommandOutline, outlineOf } from '../../src/cli/program-outline.ts';

const variables: readonly (readonly [string, string])[] = [
  ['HAWSER_STATE', 'Where the service keeps everything, where --state is not given.'],
  ['HAWSER_SOCKET', 'The control socket of the service, where --socket is not given.'],
  ['HAWSER_TOKEN', 'The token for --url and --listen, where --token-file is not given.'],
  ['HAWSER_WSMAN_PASSWORD', 'The password for --wsman, where --wsman-password-file is not given.'],
  ['HAWSER_CHAP_SECRET', 'The CHAP secret of the user that logs in.'],
  ['HAWSER_TARGET_SECRET', 'The CHAP secret of the target, for the commands that need no service.'],
  ['HAWSER_INITIATOR_SECRET', 'What hawser secrets set-chap sets.'],
  ['HAWSER_RADIUS_SECRET', 'What hawser secrets set-radius sets.'],
  ['HAWSER_DEBUG', 'When it is not empty, failures are printed with their stacks.'],
];

export async function manPage(version: string): Promise<string> {
  const pieces: string[] = [];
  const keep = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece.toString());
      done();
    },
  });
  // Commands touch the world when they are carried out; here they are only described.
  const context = { environment: { version, stdout: keep, stderr: keep } } as unknown as CommandContext;
  const program = await makeProgram(context);
  const outline = outlineOf(program);
  const afterOf = (words: readonly string[]): string => {
    pieces.length = 0;
    const command = commandOf(program, words);
    command.outputHelp();
    return pieces.join('').slice(command.helpInformation().length).trim();
  };
  return [
    '.\\" Generated from src/cli by npm run docs; edit that, not this.',
    `.TH HAWSER 1 "" "hawser ${version}" "Hawser"`,
    '.SH NAME',
    'hawser \\- user-space iSCSI initiator',
    '.SH SYNOPSIS',
    '.B hawser',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(outline.description),
    block(afterOf([])),
    '.SH COMMANDS',
    ...allCommands(outline)
      .filter(({ words }) => words.length > 0)
      .map((command) => commandText(command, block(afterOf(command.words)))),
    '.SH ENVIRONMENT',
    ...variables.map(([name, meaning]) => `.TP\n.B ${name}\n${text(meaning)}`),
    '.SH EXIT STATUS',
    ...exitStatuses().map(([status, meaning]) => `.TP\n.B ${status}\n${text(meaning)}`),
    '',
  ].join('\n');
}

function commandOf(program: Command, words: readonly string[]): Command {
  return words.reduce((parent, word) => parent.commands.find((child) => child.name() === word) ?? parent, program);
}

function commandText(command: CommandOutline, after: string): string {
  const { words, description } = command;
  const values = command.arguments.map(({ name, isRequired, isVariadic }) => {
    const shown = `${name}${isVariadic ? '...' : ''}`;
    return isRequired ? ` \\fI${escape(shown)}\\fR` : ` [\\fI${escape(shown)}\\fR]`;
  });
  const lines = [
    `.SS hawser ${words.join(' ')}${values.join('')}${command.commands.length > 0 ? ' \\fIcommand\\fR' : ''}`,
    text(description),
    ...command.arguments.map((argument) => `.TP\n.I ${escape(argument.name)}\n${text(argument.description)}`),
    ...command.options
      .filter(({ names }) => !names.includes('--help'))
      .map(({ names, value, description: meaning, choices }) => {
        const shown = names.map((name) => `\\fB${escape(name)}\\fR`).join(', ');
        const choice = choices.length === 0 ? '' : ` One of ${choices.join(', ')}.`;
        return `.TP\n${shown}${value === undefined ? '' : ` \\fI${escape(value)}\\fR`}\n${text(meaning + choice)}`;
      }),
    after,
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function exitStatuses(): (readonly [string, string])[] {
  const codes = Object.entries(errorCodes).toSorted(([, one], [, other]) => one.exitStatus - other.exitStatus);
  return [
    ['0', 'Success.'],
    ['1', 'An unforeseen failure.'],
    ['2', 'A bad command line.'],
    ...codes.map(([code, { exitStatus, meaning }]) => [String(exitStatus), `${code}: ${meaning}`] as const),
    ['130, 141, 143', 'Ended by SIGINT, by a closed pipe, by SIGTERM.'],
  ];
}

/** Text that is filled and broken into lines. */
function text(value: string): string {
  return escape(value.replaceAll(/\s+/g, ' ').trim());
}

/** Text whose lines stay as they are. */
function block(value: string): string {
  return value === '' ? '' : `.PP\n.EX\n${value.split('\n').map(escape).join('\n')}\n.EE`;
}

/** Text as roff takes it literally: a sign that it would obey has none at the beginning of a line. */
function escape(value: string): string {
  return value
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('§', 'section ')
    .replace(/^[.']/, '\\&$&');
}
