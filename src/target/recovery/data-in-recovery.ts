// What recovery may ask of the data of a read (RFC 7143 §11.5.6, §11.16).

import type { CheckCondition } from '../device-server/sense.ts';

/** Data-In PDUs from one DataSN up to another, which is not included. */
export interface DataInRun {
  readonly start: number;
  readonly end: number;
}

/** The data of one read, sent and to be sent. */
export interface DataInRecovery {
  /** Data-In PDUs sent so far: the DataSN of the next one. */
  readonly sentCount: number;
  /** The tag of the last R-Data SNACK, for the response; 0 when there was none on this connection (§11.4.4). */
  readonly snackTag: number;
  /** A new connection goes on with the first PDU that has not been acknowledged, `expDataSn` included where it is valid. */
  reassigned(expDataSn: number): void;
  /** DataACK: the initiator has every PDU before `dataSn`. Returns false when that cannot be. */
  acknowledge(dataSn: number): boolean;
  /** The PDUs that a SNACK names (§11.16.6, §11.16.7); undefined when one was never sent or is acknowledged. */
  run(begRun: number, runLength: number): DataInRun | undefined;
  /** Sends PDUs again as they were. Rejects with a RangeError when the initiator takes them no longer. */
  sendAgain(run: DataInRun): Promise<void>;
  /** R-Data SNACK: what is not acknowledged is sent anew, and the response names the tag. */
  startAnew(snackTag: number): void;
  /** The task ends with a condition instead of more data. */
  fail(fault: CheckCondition): void;
  /** Sends what is left, until nothing is or `isOver` holds. */
  pump(isOver: () => boolean): Promise<void>;
  /** Nobody will ask for the data any more. */
  forget(): void;
}
