// The words that all schemas are made of: bounded texts, and values that may be missing.

import { z } from 'zod';

/** Text of one line: names, addresses and labels never hold control characters, so logs and terminals need not fear them. */
export function line(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .max(maxLength)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'has control characters');
}

/** Like {@link line}, of one character at least. */
export function name(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'has control characters');
}

/** A value that the contract has as `| undefined`: JSON has no undefined, so null stands for it on the wire. */
export function maybe<T>(schema: z.ZodType<T>): z.ZodType<T | undefined> {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A 32-bit unsigned integer. */
export const u32: z.ZodType<number> = z.int().min(0).max(0xffff_ffff);

/** A time in milliseconds: up to a day. */
export const milliseconds: z.ZodType<number> = z.int().min(0).max(86_400_000);

/** How an error is shown beside what it concerns. */
export const errorNote: z.ZodType<{ readonly code: string; readonly message: string }> = z.object({
  code: z.string(),
  message: z.string(),
});
