// How a routine answers: a status, and its out-parameters beside it. None throws, whatever it is given.

import { InternalError, IscsiError } from '../base/index.ts';
import { type FailureStatus, type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';

/** The answer of a routine with out-parameters: they are there with STATUS_SUCCESS. */
export type Answer<Out extends object> =
  | ({ readonly Status: typeof ntStatus.STATUS_SUCCESS } & Readonly<Out>)
  | ({ readonly Status: FailureStatus } & Partial<Readonly<Out>>);

/** Does the work of a routine; what is thrown becomes a status. */
export function answer(work: () => NTSTATUS): NTSTATUS {
  try {
    return work();
  } catch (error) {
    return refusal(error);
  }
}

/** As `answer`, for work that takes its time. It begins inside this call. */
export async function answerLater(work: () => Promise<NTSTATUS>): Promise<NTSTATUS> {
  try {
    return await work();
  } catch (error) {
    return refusal(error);
  }
}

/** As `answer`, with out-parameters. */
export function answerWith<Out extends object>(work: () => Answer<Out>): Answer<Out> {
  try {
    return work();
  } catch (error) {
    return { Status: refusal(error) };
  }
}

/** Whether it is a ULONG. */
export function isUlong(given: unknown): given is number {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= 0xffff_ffff;
}

/** The status of what a routine's work has thrown: the engine's refusals have their statuses; anything else was thrown by a trap of the caller's own. */
export function refusal(error: unknown): FailureStatus {
  const isOurs = error instanceof IscsiError || error instanceof InternalError;
  return isOurs ? statusOf(error) : ntStatus.STATUS_INVALID_PARAMETER;
}
