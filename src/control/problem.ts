// Errors as problem documents (RFC 9457) and back: what the service throws, the client throws again, same class, same code.

import { z } from 'zod';
import {
  BlockError,
  DeviceBusyError,
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  IscsiError,
  LoginError,
  ProtocolError,
  ScsiError,
  ServiceError,
  SessionError,
  StoreError,
  TaskManagementError,
  TimeoutError,
  TransportError,
  toHex,
  UsageError,
} from '../base/index.ts';
import { holderInfo } from './schemas/sessions.ts';

/** An error on the wire. `message` is one sentence and never has a secret or a stack in it. */
export interface Problem {
  readonly type: string;
  /** What the code means in general. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Which part of the input is wrong, where that is so. */
  readonly field?: string;
  readonly effect: 'none' | 'unknown' | 'complete';
  readonly isRetryable: boolean;
  /** The class of the error. */
  readonly class: string;
  /** What the class knows besides, by name; DeviceBusyError has its holders there. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The schema of {@link Problem}, as lenient as a newer service needs. */
export const problemSchema: z.ZodType<Problem> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  message: z.string(),
  field: z.string().exactOptional(),
  effect: z.enum(['none', 'unknown', 'complete']),
  isRetryable: z.boolean(),
  class: z.string(),
  facts: z.record(z.string(), z.unknown()),
});

/** What goes along of each class besides code and message. Fields that are undefined stay at home. */
const factNames: Readonly<Record<string, readonly string[]>> = {
  UsageError: ['argument'],
  TransportError: ['address'],
  TimeoutError: ['operation', 'limitMs'],
  ProtocolError: ['opcode', 'byte', 'value', 'clause'],
  LoginError: ['statusClass', 'statusDetail', 'key'],
  ScsiError: ['status', 'senseKey', 'asc', 'ascq', 'sense', 'information'],
  TaskManagementError: ['functionName', 'response'],
  BlockError: ['offset', 'length'],
  DeviceBusyError: ['holders'],
  StoreError: ['record'],
};

/** Makes the document of an error. */
export function toProblem(error: IscsiError, status: number): Problem {
  const { code, message, effect, isRetryable, name } = error;
  const facts: Record<string, unknown> = {};
  for (const fact of factNames[name] ?? []) {
    const value = (error as unknown as Readonly<Record<string, unknown>>)[fact];
    if (value !== undefined) facts[fact] = value instanceof Uint8Array ? toHex(value) : value;
  }
  const field = error instanceof ServiceError ? error.field : undefined;
  return {
    type: `urn:hawser:error:${code}`,
    title: errorCodes[code].meaning,
    status,
    code,
    message,
    ...(field === undefined ? {} : { field }),
    effect,
    isRetryable,
    class: name,
    facts,
  };
}

/** The error that a document tells of. A code of a newer service becomes SERVICE_FAILED with that code in its message. */
export function fromProblem(problem: Problem): IscsiError {
  const { code, message, effect, isRetryable } = problem;
  const details = { effect, isRetryable };
  if (!Object.hasOwn(errorCodes, code)) return new ServiceError('SERVICE_FAILED', `${message} (${code})`, details);
  return rebuild(problem, code as ErrorCode, details);
}

const text = z.string().catch('');
const number = z.number().catch(0);
const optional = {
  text: z.string().optional().catch(undefined),
  number: z.number().optional().catch(undefined),
};
const holders = z.array(holderInfo).catch([]);

function rebuild({ message, class: name, facts, field }: Problem, code: ErrorCode, details: ErrorDetails): IscsiError {
  const known = (schema: Readonly<Record<string, z.ZodType<string | number | undefined>>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(schema)
        .map(([fact, type]) => [fact, type.parse(facts[fact])] as const)
        .filter(([, value]) => value !== undefined),
    );
  switch (name) {
    case 'UsageError':
      return new UsageError(code, message, { ...details, ...known({ argument: optional.text }) });
    case 'TransportError':
      return new TransportError(code, message, { ...details, address: text.parse(facts['address']) });
    case 'TimeoutError':
      return new TimeoutError(code, message, {
        ...details,
        operation: text.parse(facts['operation']),
        limitMs: number.parse(facts['limitMs']),
      });
    case 'ProtocolError':
      return new ProtocolError(code, message, {
        ...details,
        ...known({ opcode: optional.number, byte: optional.number, clause: optional.text }),
        ...known({ value: z.union([z.string(), z.number()]).optional().catch(undefined) }),
      });
    case 'LoginError':
      return new LoginError(code, message, {
        ...details,
        ...known({ statusClass: optional.number, statusDetail: optional.number, key: optional.text }),
      });
    case 'ScsiError':
      return rebuildScsi(code, message, details, facts, known);
    case 'SessionError':
      return new SessionError(code, message, details);
    case 'TaskManagementError':
      return new TaskManagementError(code, message, {
        ...details,
        functionName: text.parse(facts['functionName']),
        response: number.parse(facts['response']),
      });
    case 'BlockError':
      return new BlockError(code, message, {
        ...details,
        ...known({ offset: optional.number, length: optional.number }),
      });
    case 'DeviceBusyError':
      return new DeviceBusyError(message, { ...details, holders: holders.parse(facts['holders']) });
    case 'StoreError':
      return new StoreError(code, message, { ...details, record: text.parse(facts['record']) });
    default:
      return new ServiceError(code, message, { ...details, ...(field === undefined ? {} : { field }) });
  }
}

function rebuildScsi(
  code: ErrorCode,
  message: string,
  details: ErrorDetails,
  facts: Problem['facts'],
  known: (schema: Readonly<Record<string, z.ZodType<string | number | undefined>>>) => Record<string, unknown>,
): ScsiError {
  const sense = facts['sense'];
  return new ScsiError(code, message, {
    ...details,
    ...known({ status: optional.number, senseKey: optional.number, asc: optional.number, ascq: optional.number }),
    ...known({ information: optional.number }),
    ...(typeof sense === 'string' ? { sense: new Uint8Array(Buffer.from(sense, 'hex')) } : {}),
  });
}

/** Whether what was caught is an error of ours; all else is a fault of the program, of which nothing is told outside. */
export function asForeseen(caught: unknown): IscsiError {
  if (caught instanceof IscsiError) return caught;
  return new ServiceError('SERVICE_FAILED', 'The service failed in a way that it did not foresee', {
    cause: caught,
    effect: 'unknown',
  });
}
