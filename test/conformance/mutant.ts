// A mutant: a deliberate defect of the initiator that the test of one row has to notice.

/** One change to a compiled module of the product, made when the module is loaded and nowhere else. */
export interface Mutant {
  /** Chapter and id of the row, as `ffp 1.1`. */
  readonly row: string;
  /** The defect in words. */
  readonly defect: string;
  /** Path of the compiled module below dist/src. */
  readonly module: string;
  /** Text of the compiled module; it must be there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** Applies a mutant to the source of its module. Throws unless the text is there exactly once. */
export function mutate(source: string, { row, module, find, replace }: Mutant): string {
  const pieces = source.split(find);
  if (pieces.length !== 2) {
    throw new Error(`mutant of ${row}: the text is ${pieces.length - 1} times in ${module}: ${find}`);
  }
  return pieces.join(replace);
}
