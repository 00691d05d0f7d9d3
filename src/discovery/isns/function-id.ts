// What an iSNS message asks or tells (RFC 4171 §4.1.3).

/** FUNCTION IDs of requests and notifications. An answer has the same with its leading bit set. */
export const functionId = {
  devAttrReg: 0x0001,
  devAttrQry: 0x0002,
  devGetNext: 0x0003,
  devDereg: 0x0004,
  scnReg: 0x0005,
  scnDereg: 0x0006,
  scnEvent: 0x0007,
  scn: 0x0008,
  ddReg: 0x0009,
  ddDereg: 0x000a,
  ddsReg: 0x000b,
  ddsDereg: 0x000c,
  esi: 0x000d,
  heartbeat: 0x000e,
} as const;

/** The bit that makes an answer's FUNCTION ID of a request's (§5.1.2). */
export const responseBit = 0x8000;

const names: ReadonlyMap<number, string> = new Map([
  [functionId.devAttrReg, 'DevAttrReg'],
  [functionId.devAttrQry, 'DevAttrQry'],
  [functionId.devGetNext, 'DevGetNext'],
  [functionId.devDereg, 'DevDereg'],
  [functionId.scnReg, 'SCNReg'],
  [functionId.scnDereg, 'SCNDereg'],
  [functionId.scnEvent, 'SCNEvent'],
  [functionId.scn, 'SCN'],
  [functionId.ddReg, 'DDReg'],
  [functionId.ddDereg, 'DDDereg'],
  [functionId.ddsReg, 'DDSReg'],
  [functionId.ddsDereg, 'DDSDereg'],
  [functionId.esi, 'ESI'],
  [functionId.heartbeat, 'Heartbeat'],
]);

/** The RFC's word for a FUNCTION ID, with `Rsp` behind it for an answer. */
export function functionName(id: number): string {
  const name = names.get(id & ~responseBit);
  if (name === undefined) return `function 0x${id.toString(16).padStart(4, '0')}`;
  return (id & responseBit) === 0 ? name : `${name}Rsp`;
}
