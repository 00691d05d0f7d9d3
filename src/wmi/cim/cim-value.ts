// The values of CIM objects (DMTF DSP0004), as classes give them and take them.

/**
 * The value of a property or a parameter. `uint64` is a bigint, the smaller integers are numbers; a `datetime` is a string
 * in CIM's own form; an array of uint8 is an array of numbers.
 */
export type CimValue = null | boolean | number | bigint | string | CimObject | readonly CimValue[];

/** Values by the names of properties or parameters. What is missing is null. */
export type CimValues = Readonly<Record<string, CimValue>>;

/** An instance of a class, or an embedded object. */
export interface CimObject {
  readonly className: string;
  readonly values: CimValues;
}

/** The type of a value, or of each element of an array. */
export type CimType =
  | 'boolean'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'string'
  | 'datetime'
  | 'object';
