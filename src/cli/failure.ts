// How a command that fails ends: its exit status, the line that is printed, and the document for machines.

import { CommanderError } from 'commander';
import {
  DeviceBusyError,
  errorCodes,
  type HolderFacts,
  IscsiError,
  LoginError,
  ProtocolError,
  ScsiError,
  ServiceError,
  TaskManagementError,
} from '../base/index.ts';
import { Interruption } from './environment.ts';

/** Exit statuses that no error code has. */
export const exitStatus = { success: 0, unexpected: 1, commandLine: 2 } as const;

/** A command line that means nothing, found out after it was parsed. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

/** Ends a command with a status, when all that is to be said has been printed. */
export class StatusEnd extends Error {
  override readonly name = 'StatusEnd';
  readonly exitStatus: number;

  constructor(exitStatus: number) {
    super(`Ends with status ${exitStatus}`);
    this.exitStatus = exitStatus;
  }
}

/** A failure in the forms in which it is shown. */
export interface Failure {
  readonly exitStatus: number;
  /** For people, without `hawser: `; undefined when nothing is to be said. */
  readonly line: string | undefined;
  /** Lines below that one: who is in the way. */
  readonly more?: readonly string[];
  /** The `error` member of the document. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The stack, where somebody has to look for the fault in this program. */
  readonly stack: string | undefined;
}

/** What `error` means for the command that it ends. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof Interruption) return interrupted(error);
  if (error instanceof CommanderError) {
    // Without a command the help has been printed already.
    const isHelp = error.code === 'commander.help';
    return badCommandLine(isHelp ? 'no command was given' : error.message.replace(/^error: /, ''));
  }
  if (error instanceof CommandLineError) return badCommandLine(error.message);
  if (error instanceof StatusEnd) {
    return { exitStatus: error.exitStatus, line: undefined, facts: {}, stack: undefined };
  }
  if (error instanceof IscsiError) return foreseen(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitStatus: exitStatus.unexpected,
    line: `${message} (unexpected; HAWSER_DEBUG=1 shows where)`,
    facts: { code: 'UNEXPECTED', message, effect: 'unknown', isRetryable: false },
    stack: error instanceof Error ? error.stack : undefined,
  };
}

function interrupted(error: Interruption): Failure {
  return {
    exitStatus: error.exitStatus,
    // Whoever closed the pipe wants no more to be said.
    line: error.signal === 'SIGPIPE' ? undefined : `interrupted by ${error.signal}`,
    facts: { code: 'INTERRUPTED', message: error.message, effect: 'unknown', isRetryable: true, signal: error.signal },
    stack: undefined,
  };
}

function badCommandLine(message: string): Failure {
  return {
    exitStatus: exitStatus.commandLine,
    line: message,
    facts: { code: 'COMMAND_LINE', message, effect: 'none', isRetryable: false },
    stack: undefined,
  };
}

function foreseen(error: IscsiError): Failure {
  const { code, message, effect, isRetryable } = error;
  return {
    exitStatus: errorCodes[code].exitStatus,
    line: `${message} (${code}${fieldOf(error)})`,
    ...(error instanceof DeviceBusyError ? { more: error.holders.map(describeHolder) } : {}),
    facts: { code, message, effect, isRetryable, ...details(error) },
    stack: error.stack,
  };
}

/** Who holds a device, in a line. */
export function describeHolder({ device, label, pid, reason }: HolderFacts): string {
  return `${device} is held by ${label} (pid ${pid})${reason === undefined ? '' : `: ${reason}`}`;
}

function fieldOf(error: IscsiError): string {
  return error instanceof ServiceError && error.field !== undefined ? `, ${error.field}` : '';
}

/** What the classes of errors know besides. */
function details(error: IscsiError): Record<string, unknown> {
  if (error instanceof DeviceBusyError) return { holders: error.holders };
  if (error instanceof ServiceError) return error.field === undefined ? {} : { field: error.field };
  if (error instanceof LoginError) {
    return { statusClass: error.statusClass, statusDetail: error.statusDetail, key: error.key };
  }
  if (error instanceof ScsiError) {
    return { status: error.status, senseKey: error.senseKey, asc: error.asc, ascq: error.ascq };
  }
  if (error instanceof ProtocolError) return { opcode: error.opcode, byte: error.byte, clause: error.clause };
  if (error instanceof TaskManagementError) return { function: error.functionName, response: error.response };
  return {};
}
