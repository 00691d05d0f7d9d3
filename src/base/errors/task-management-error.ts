// What a target answers to a task management function that it does not carry out.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** The target refused a task management function (RFC 7143 §11.6.1). Nothing has happened to any task. */
export class TaskManagementError extends IscsiError {
  override readonly name = 'TaskManagementError';
  /** The function's name in RFC 7143 §11.5.1. */
  readonly functionName: string;
  /** The response code. */
  readonly response: number;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly functionName: string; readonly response: number },
  ) {
    super(code, message, details);
    this.functionName = details.functionName;
    this.response = details.response;
  }
}
