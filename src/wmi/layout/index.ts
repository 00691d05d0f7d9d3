// The codec of the structures: their layout computed from the tables of members, and bytes by it, both ways.

export { decodeItem, decodeStructure } from './decode.ts';
export { encodeStructure } from './encode.ts';
export { type FieldLayout, type StructureLayout, structureLayout } from './layout.ts';
export type { StructureInput, StructureValue } from './structure-value.ts';
