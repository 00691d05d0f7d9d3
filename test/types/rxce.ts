// The types of the RxCe names in use; wrong uses stand under @ts-expect-error, so the compiler is the test.

import type { WorkerContext } from '../../src/engine/index.ts';
import { RXCE_CONNECTION, RXCE_VC, type RxCe, STATUS_SUCCESS } from '../../src/rxce/index.ts';

/** Out-parameters are there with STATUS_SUCCESS, and may be missing otherwise. */
export async function send(rxCe: RxCe, vc: RXCE_VC): Promise<number> {
  const answer = await rxCe.RxCeSend(vc, 0, [new Uint8Array(3)], 3, null);
  // @ts-expect-error it may be missing
  const missing: number = answer.BytesSent;
  return answer.Status === STATUS_SUCCESS ? answer.BytesSent : missing;
}

/** A disconnect needs the proof of running on the worker. */
export function disconnect(rxCe: RxCe, vc: RXCE_VC, worker: WorkerContext): number {
  // @ts-expect-error there is no proof
  rxCe.RxCeInitiateVCDisconnect(vc);
  const lookalike: object = { isContext: true };
  // @ts-expect-error a lookalike has no private member
  rxCe.RxCeInitiateVCDisconnect(vc, lookalike);
  return rxCe.RxCeInitiateVCDisconnect(vc, worker);
}

/** A connection is no circuit. */
export async function wrong(rxCe: RxCe): Promise<void> {
  const connection: object = new RXCE_CONNECTION();
  // @ts-expect-error a circuit has other members
  await rxCe.RxCeTearDownVC(connection);
  // @ts-expect-error a receive event is answered with a structure
  await rxCe.RxCeBuildConnection(null, null, { RxCeReceiveEventHandler: () => 0 }, null, null, new RXCE_VC());
}
