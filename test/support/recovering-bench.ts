// A bench whose session recovers errors within its connections, and shorthands for the SNACKs that it sends.

import assert from 'node:assert/strict';
import { opcode, type SnackRequest } from '../../src/wire/index.ts';
import { type BenchSetup, SessionBench } from './session-bench.ts';
import type { Heard, TargetLine } from './target-line.ts';

/** What no field may hold by chance. */
export const reserved = 0xffff_ffff;

/** A bench at ErrorRecoveryLevel 1, with data digests, unless `keys` says otherwise. */
export function recoveringBench(setup: BenchSetup = {}): SessionBench {
  return new SessionBench({
    ...setup,
    keys: { ErrorRecoveryLevel: '1', DataDigest: 'CRC32C', ...setup.keys },
    offers: { errorRecoveryLevel: 1, ...setup.offers },
  });
}

/** What RFC 7143 §11.16 says of each field of a SNACK that is not a DataACK: F set, LUN and tags as they must be. */
export async function expectSnack(
  line: TargetLine,
  type: 'data' | 'status',
  begRun: number,
  runLength: number,
  tag: number = reserved,
): Promise<Heard<SnackRequest>> {
  const heard = await line.expect(opcode.snackRequest);
  const { pdu, bhs, data } = heard;
  assert.equal(bhs[1], type === 'data' ? 0x80 : 0x81, 'F and the type');
  assert.deepEqual([pdu.begRun, pdu.runLength], [begRun, runLength], 'BegRun and RunLength');
  assert.equal(pdu.initiatorTaskTag, tag, '§11.16.4 Initiator Task Tag');
  assert.equal(pdu.targetTransferTag, reserved, '§11.16.5 Target Transfer Tag');
  assert.deepEqual(pdu.lun, { high: 0, low: 0 }, 'LUN is reserved');
  assert.equal(data.length, 0);
  return heard;
}

/** The ExpStatSN that the initiator has reached: that of the answer to a ping. */
export async function expStatSnOf(line: TargetLine): Promise<number> {
  line.nopIn({ targetTransferTag: 0x99 });
  return (await line.expect(opcode.nopOut)).pdu.expStatSn;
}
