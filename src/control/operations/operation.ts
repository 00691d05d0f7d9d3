// What an operation of the control API is: a method of InitiatorService with its place in HTTP.

import type { z } from 'zod';
import type { ErrorCode } from '../../base/index.ts';
import type { InitiatorService } from '../../service/index.ts';

/** The methods that answer once; `events` goes on answering. */
export type OperationName = Exclude<keyof InitiatorService, 'events'>;

/** What a method takes besides its call options; undefined for one that takes nothing. */
export type InputOf<Name extends OperationName> = 2 extends Parameters<InitiatorService[Name]>['length']
  ? NonNullable<Parameters<InitiatorService[Name]>[0]>
  : undefined;

/** What a method resolves with. */
export type OutputOf<Name extends OperationName> = Awaited<ReturnType<InitiatorService[Name]>>;

/** What is the same for all operations. */
interface OperationPlace {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters in braces, as OpenAPI has them: fields of the input go there by name. */
  readonly path: string;
  readonly summary: string;
  /** The codes that are its own; any operation may also end with those of the floors below. */
  readonly errors: readonly ErrorCode[];
  /** Takes a body of more than the usual size. */
  readonly isBulky?: boolean;
}

/** A row of the table. The server's routes, the client and the OpenAPI document are made of it. */
export interface Operation<Name extends OperationName> extends OperationPlace {
  /** The whole input: what is not in the path goes into the query (GET, DELETE) or into the body. */
  readonly input: InputOf<Name> extends undefined ? undefined : z.ZodType<InputOf<Name>>;
  /** Undefined where there is no answer but that it is done. */
  readonly output: undefined extends OutputOf<Name> ? undefined : z.ZodType<OutputOf<Name>>;
  /** How long it takes by its own input, so that its deadline is set behind that; undefined for as long as it likes. */
  readonly ownLimitMs?: (input: InputOf<Name>) => number | undefined;
}

/** A row, whichever. */
export interface AnyOperation extends OperationPlace {
  readonly input: z.ZodType | undefined;
  readonly output: z.ZodType | undefined;
  readonly ownLimitMs?: (input: never) => number | undefined;
}

/** Rows by name. */
export type OperationTable<Name extends OperationName> = {
  readonly [Each in Name]: Operation<Each>;
};
