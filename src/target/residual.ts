// Residuals: the difference between what SCSI wanted to move and what the initiator expected (RFC 7143 §11.4.5).

/** The residual fields of a SCSI Response or of a Data-In PDU with status. */
export interface Residual {
  readonly isOverflow: boolean;
  readonly isUnderflow: boolean;
  readonly residualCount: number;
}

/** Compares the SCSI-Presented Data Transfer Length with the Expected Data Transfer Length. */
export function residualOf(presented: number, expected: number): Residual {
  return {
    isOverflow: presented > expected,
    isUnderflow: presented < expected,
    residualCount: Math.abs(presented - expected),
  };
}

/** The fields where there is nothing to tell. */
export const noResidual: Residual = { isOverflow: false, isUnderflow: false, residualCount: 0 };
