// The check that every input of the service goes through, whoever brings it.

import type { z } from 'zod';

import { ServiceError } from '../../base/index.ts';

/**
 * Inputs that name something take what was shown of it, and leave aside what they do not need; all others refuse a field
 * that they do not know, which would be a wish without effect. What `schema` makes of `value`. Throws ServiceError SERVICE_BAD_REQUEST with the field that is wrong; its message never
 * has the value in it, which may be a secret.
 */
export function checkInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw badRequest(pathOf(issue), issue?.message ?? 'is not what it should be');
}

/** A refusal of one field of an input. */
export function badRequest(field: string, why: string): ServiceError {
  return new ServiceError('SERVICE_BAD_REQUEST', field === '' ? why : `${field}: ${why}`, { field });
}

function pathOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return '';
  const path = issue.path.map(String);
  // A key that does not belong there is told by its own name, not by that of the object around it.
  if (issue.code === 'unrecognized_keys' && issue.keys[0] !== undefined) path.push(issue.keys[0]);
  return path.join('.');
}
