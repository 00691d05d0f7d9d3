// The program as plain data: its commands with their options and arguments, for shells and for the manual.

import type { Argument, Command, Option } from 'commander';
import { iscsicliCommands } from './iscsicli/table.ts';

/** A command. */
export interface CommandOutline {
  /** The words that name it, without `hawser`; none for the program itself. */
  readonly words: readonly string[];
  /** A line. */
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentOutline[];
  readonly options: readonly OptionOutline[];
  readonly commands: readonly CommandOutline[];
  /** The one of these that is meant when none is named. Commander keeps it to itself. */
  readonly defaultCommand: string | undefined;
}

/** An argument. */
export interface ArgumentOutline {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
  readonly description: string;
  readonly choices: readonly string[];
}

/** An option. */
export interface OptionOutline {
  /** As they are typed, the short one first. */
  readonly names: readonly string[];
  /** What stands for its value, such as `<path>`; undefined for an option without one. */
  readonly value: string | undefined;
  readonly description: string;
  readonly choices: readonly string[];
}

/** The outline of a command and of all below it. */
export function outlineOf(command: Command, words: readonly string[] = []): CommandOutline {
  const help = command.createHelp();
  return {
    words,
    summary: command.summary() || command.description(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => outlineArgument(argument, words)),
    options: help.visibleOptions(command).map(outlineOption),
    commands: help.visibleCommands(command).map((child) => outlineOf(child, [...words, child.name()])),
    defaultCommand:
      (command as unknown as { readonly _defaultCommandName: string | null })._defaultCommandName ?? undefined,
  };
}

/** The options that may stand behind a command's words: its own, and those of the command that it stands for by itself. */
export function optionsOf({ options, commands, defaultCommand }: CommandOutline): readonly OptionOutline[] {
  const meant = commands.find(({ words }) => words.at(-1) === defaultCommand);
  return meant === undefined ? options : meant.options;
}

/** A command and all below it, from the top. */
export function allCommands(outline: CommandOutline): CommandOutline[] {
  return [outline, ...outline.commands.flatMap(allCommands)];
}

function outlineArgument(argument: Argument, words: readonly string[]): ArgumentOutline {
  // The names of these commands are taken in either case, so they are no choices to commander.
  const isIscsicli = words.join(' ') === 'iscsicli' && argument.required;
  return {
    name: argument.name(),
    isRequired: argument.required,
    isVariadic: argument.variadic,
    description: argument.description,
    choices: isIscsicli ? iscsicliCommands.map(({ name }) => name) : (argument.argChoices ?? []),
  };
}

function outlineOption(option: Option): OptionOutline {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    value: /[<[].*$/.exec(option.flags)?.[0],
    description: option.description,
    choices: option.argChoices ?? [],
  };
}
