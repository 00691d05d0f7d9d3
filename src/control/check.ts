// The check of an input against its schema. It is about the form; whether the values make sense is for the service to say.

import type { z } from 'zod';
import { badRequest } from './placement.ts';

/** What the schema makes of `value`, or SERVICE_BAD_REQUEST with the first field that is wrong. */
export function checkForm<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String) ?? [];
  // A field that does not belong there is told by its own name, not by that of the object around it.
  if (issue?.code === 'unrecognized_keys') path.push(...issue.keys.slice(0, 1));
  throw badRequest(reason(issue), path.length === 0 ? 'body' : path.join('.'));
}

function reason(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'is not what it should be';
  return issue.code === 'unrecognized_keys' ? 'is no field of this operation' : issue.message;
}
