// The block-device contract: what everything that holds blocks offers, and everything that uses blocks may count on.

/** How a request to a device may be cut short. */
export interface BlockRequestOptions {
  /** Stops the waiting; a write that was under way may have landed in part. */
  readonly signal?: AbortSignal;
}

/** Options of a write. */
export interface BlockWriteOptions extends BlockRequestOptions {
  /** Forced unit access: settle only when the bytes are on stable storage. Needs the `fua` feature. */
  readonly fua?: boolean;
}

/** What a device can do beyond reading and writing. A method of {@link BlockDevice} is present when its feature is. */
export interface BlockFeatures {
  /** `write` honours its `fua` option. */
  readonly fua: boolean;
  /** `flush` makes a difference: there is a volatile cache. `flush` itself is always there. */
  readonly flush: boolean;
  readonly trim: boolean;
  readonly zero: boolean;
  readonly extents: boolean;
}

/** A run of bytes of one kind. `zero` is allocated and reads as zeros, `hole` is not allocated and reads as zeros. */
export interface Extent {
  /** Bytes from the start of the device. */
  readonly offset: number;
  /** In bytes; never 0. */
  readonly length: number;
  readonly kind: 'data' | 'zero' | 'hole';
}

/**
 * A random-access device of fixed size. Offsets and lengths are bytes, safe integers, and need no alignment: a device
 * that needs it aligns by itself. Requests may overlap in time; the order of overlapping ones is undefined, and a
 * request made after another has settled sees its effect.
 *
 * Every request rejects with BlockError `BLOCK_OUT_OF_RANGE` outside of the device, `BLOCK_READ_ONLY` when it would
 * change a read-only device, `BLOCK_IO_FAILED` when the medium fails, `ISCSI_CLOSED` after `close`, or with the
 * signal's reason.
 */
export interface BlockDevice {
  /** In bytes. */
  readonly size: number;
  /** The logical block size in bytes: the unit that the device likes to be used in. */
  readonly blockSize: number;
  readonly readOnly: boolean;
  readonly features: BlockFeatures;
  /** Fills `into` with the bytes from `offset`. */
  read(offset: number, into: Uint8Array, options?: BlockRequestOptions): Promise<void>;
  /** Writes all of `from` at `offset`. The bytes of `from` must not change before this settles. */
  write(offset: number, from: Uint8Array, options?: BlockWriteOptions): Promise<void>;
  /** Settles when every write that had settled before the call is on stable storage. */
  flush(options?: BlockRequestOptions): Promise<void>;
  /** Tells that the range is not needed; what it reads as afterwards is up to the device. */
  trim?(offset: number, length: number, options?: BlockRequestOptions): Promise<void>;
  /** Makes the range read as zeros. */
  zero?(offset: number, length: number, options?: BlockWriteOptions): Promise<void>;
  /** Covers the range, without gap or overlap, with runs in ascending order. */
  extents?(offset: number, length: number, options?: BlockRequestOptions): Promise<Extent[]>;
  /** Waits for the requests under way, then releases the device. A second call returns the first one's promise. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
