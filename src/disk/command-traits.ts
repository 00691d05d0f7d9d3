// What kinds of command there are, for what their ends mean.

/** What kind of command it is. */
export interface CommandTraits {
  /** Whether it may change the medium. */
  readonly changesMedium: boolean;
  /** Whether it must move exactly the bytes of its buffer; others may return less. */
  readonly isExact: boolean;
  /** Whether doing it twice is the same as doing it once. */
  readonly isIdempotent: boolean;
}

/** READ. */
export const readTraits: CommandTraits = { changesMedium: false, isExact: true, isIdempotent: true };
/** WRITE. */
export const writeTraits: CommandTraits = { changesMedium: true, isExact: true, isIdempotent: true };
/**
 * UNMAP, WRITE SAME: what they send is a parameter, not the data of the range. tgtd 1.0.85 ends UNMAP with GOOD and an
 * underflow of the whole parameter list, having freed the range.
 */
export const rangeTraits: CommandTraits = { changesMedium: true, isExact: false, isIdempotent: true };
/** COMPARE AND WRITE: the second time it would compare with what the first time wrote. */
export const compareTraits: CommandTraits = { changesMedium: true, isExact: true, isIdempotent: false };
/** SYNCHRONIZE CACHE: moves nothing to the device, but decides over what is on the medium. */
export const flushTraits: CommandTraits = { changesMedium: true, isExact: false, isIdempotent: true };
/** Everything that asks, and what moves no data. */
export const queryTraits: CommandTraits = { changesMedium: false, isExact: false, isIdempotent: true };
