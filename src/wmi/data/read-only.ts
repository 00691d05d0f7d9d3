// Members that a class has as writable, and that say here what follows from others: they take the value that they have.

import { WmiError } from '../../base/index.ts';

/** Throws WmiError WMI_READ_ONLY for a value that differs from what it would be anyway; undefined is no wish. */
export function requireSame(member: string, wished: boolean | undefined, actual: boolean): void {
  if (wished === undefined || wished === actual) return;
  throw new WmiError('WMI_READ_ONLY', `${member} is ${actual} here, and cannot be set to ${wished}`, { member });
}
