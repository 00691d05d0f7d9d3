// The caller's objects: written to for the caller's sake, and never relied on, since anybody may write to them.

/** Sets members of an object of the caller's; one that cannot be written to is left as it is. */
export function write<T extends object>(object: T, members: Partial<T>): void {
  for (const [name, value] of Object.entries(members)) {
    try {
      Reflect.set(object, name, value);
    } catch {
      // A trap of the caller's: the engine has its own record.
    }
  }
}

/** Whether an object can be written to. Throws what a trap of the caller's throws. */
export function isWritable(object: { Signature: number }): boolean {
  return Reflect.set(object, 'Signature', 0);
}
