// What recovery may ask of the data of a read (RFC 7143 §11.5.6, §11.16).

/** The data of one read, sent and to be sent. */
export interface DataInRecovery {
  /** Data-In PDUs sent so far: the DataSN of the next one. */
  readonly sentCount: number;
  /** A new connection goes on with the first PDU that has not been acknowledged, `expDataSn` included where it is valid. */
  reassigned(expDataSn: number): void;
  /** Sends what is left, until nothing is or `isOver` holds. */
  pump(isOver: () => boolean): Promise<void>;
  /** Nobody will ask for the data any more. */
  forget(): void;
}
