// PDUs as lines of a trace: their kinds, tags and numbers.

import { channels, u32 } from '../../src/base/index.ts';
import { opcode } from '../../src/wire/index.ts';

const names = new Map<number, string>(Object.entries(opcode).map(([name, value]) => [value, name]));

/** Gives `echo` a line for every PDU that the initiator sends or receives. Returns what ends that. */
export function tracePdus(echo: (line: string) => void): () => void {
  const lineOf = (arrow: string, cid: number, bhs: Uint8Array, length: number): string => {
    const kind = names.get((bhs[0] ?? 0) & 0x3f) ?? 'unknown';
    const isImmediate = ((bhs[0] ?? 0) & 0x40) !== 0 ? ' immediate' : '';
    const flags = [1, 2, 3].map((at) => (bhs[at] ?? 0).toString(16)).join(' ');
    const numbers = [16, 20, 24, 28, 32, 36, 40].map((at) => u32(bhs, at).toString(16)).join(' ');
    return `          ${arrow} ${cid} ${kind}${isImmediate} ${flags} ${numbers} +${length}`;
  };
  const sent = ({ cid, bhs, dataSegmentLength }: { cid: number; bhs: Uint8Array; dataSegmentLength: number }): void => {
    echo(lineOf('>', cid, bhs, dataSegmentLength));
  };
  const received: typeof sent = ({ cid, bhs, dataSegmentLength }) => {
    echo(lineOf('<', cid, bhs, dataSegmentLength));
  };
  channels.pduSent.subscribe(sent);
  channels.pduReceived.subscribe(received);
  return () => {
    channels.pduSent.unsubscribe(sent);
    channels.pduReceived.unsubscribe(received);
  };
}
