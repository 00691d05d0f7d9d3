// INQUIRY and REPORT LUNS while a session is lost: what was known is told, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KnownAnswers, noConnection, RememberingPort } from '../../../src/disk/index.ts';
import * as scsi from '../../../src/scsi/index.ts';
import type { ScsiRequest, ScsiResult } from '../../../src/session/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../../support/fake-scsi-device.ts';

interface Bench {
  readonly device: FakeScsiDevice;
  readonly port: RememberingPort;
  readonly lose: () => void;
  readonly ask: (cdb: Uint8Array, length: number, lun?: number) => Promise<{ result: ScsiResult; bytes: Buffer }>;
}

function openBench(options: FakeScsiOptions = {}): Bench {
  const device = new FakeScsiDevice({ luns: [0, 1], ...options });
  let isLost = false;
  const port = new RememberingPort(device, new KnownAnswers(), () => isLost);
  return {
    device,
    port,
    lose: () => {
      isLost = true;
      device.requests.length = 0;
      device.script({ times: 10_000, error: new Error('went to the session') });
    },
    ask: async (cdb, length, lun = 0) => {
      const bytes = Buffer.alloc(length, 0xee);
      const result = await port.execute({ lun: scsi.lunFromNumber(lun), cdb, dataIn: bytes });
      return { result, bytes };
    },
  };
}

function inquiry(allocationLength: number, page?: number): Uint8Array {
  return scsi.encodeInquiryCdb({ evpd: page !== undefined, pageCode: page ?? 0, allocationLength });
}

const reportLuns = scsi.encodeReportLunsCdb({ selectReport: 0, allocationLength: 4096 });

test('what was answered is answered again, byte for byte, without the session', async () => {
  const { device, lose, ask } = openBench();
  const questions = [inquiry(96), inquiry(252, scsi.vpdPage.unitSerialNumber), reportLuns];
  const before = await Promise.all(questions.map((cdb) => ask(cdb, 300)));
  lose();
  for (const [at, cdb] of questions.entries()) {
    const { result, bytes } = await ask(cdb, 300);
    assert.deepEqual(bytes, before[at]?.bytes);
    assert.deepEqual(result, { ...before[at]?.result, cid: noConnection });
  }
  assert.deepEqual(device.requests, []);
});

test('a shorter question gets the head, and a residual as from the device', async () => {
  const { lose, ask, device } = openBench();
  await ask(inquiry(96), 96);
  const short = await ask(inquiry(36), 50);
  const shorter = await ask(inquiry(36), 20);
  device.requests.length = 0;
  lose();
  assert.deepEqual(await ask(inquiry(36), 50), { ...short, result: { ...short.result, cid: noConnection } });
  assert.deepEqual(await ask(inquiry(36), 20), { ...shorter, result: { ...shorter.result, cid: noConnection } });
});

test('a question for more than is known goes to the session; one for the head does not make us forget the rest', async () => {
  const { lose, ask } = openBench();
  await ask(inquiry(36), 36, 0);
  await ask(inquiry(96), 96, 1);
  await ask(inquiry(36), 36, 1);
  lose();
  await ask(inquiry(36), 36, 0);
  await assert.rejects(ask(inquiry(96), 96, 0), /went to the session/);
  assert.equal((await ask(inquiry(96), 96, 1)).result.dataInLength, 96);
});

test('each LUN and each page has its own answer', async () => {
  const { lose, ask } = openBench();
  await ask(inquiry(96), 96, 0);
  lose();
  await assert.rejects(ask(inquiry(96), 96, 1), /went to the session/);
  await assert.rejects(ask(inquiry(252, scsi.vpdPage.unitSerialNumber), 252, 0), /went to the session/);
  await assert.rejects(ask(inquiry(252, 0), 252, 0), /went to the session/);
});

test('failures are not kept, and nothing but the two questions is', async () => {
  const { device, lose, ask } = openBench();
  device.script({ opcode: scsi.scsiOpcode.inquiry, status: scsi.scsiStatus.busy });
  await ask(inquiry(96), 96);
  await ask(scsi.encodeReadCapacity10Cdb(), 8);
  lose();
  await assert.rejects(ask(inquiry(96), 96), /went to the session/);
  await assert.rejects(ask(scsi.encodeReadCapacity10Cdb(), 8), /went to the session/);
});

test('while the session is there, it is asked each time, and the newest answer counts', async () => {
  const { device, lose, ask } = openBench();
  await ask(reportLuns, 4096);
  device.script({ opcode: scsi.scsiOpcode.reportLuns, dataIn: scsi.encodeLunList([scsi.lunFromNumber(7)]) });
  const { bytes } = await ask(reportLuns, 4096);
  assert.equal(scsi.lunToNumber(scsi.decodeLunList(bytes.subarray(0, 16)).luns[0]!), 7);
  lose();
  assert.deepEqual((await ask(reportLuns, 4096)).bytes, bytes);
});

test('the number of answers has a bound; the oldest goes first', async () => {
  const { lose, ask } = openBench();
  for (let lun = 0; lun < 1025; lun += 1) await ask(inquiry(96), 96, lun);
  lose();
  await assert.rejects(ask(inquiry(96), 96, 0), /went to the session/);
  await ask(inquiry(96), 96, 1);
});

test('an abort counts before what is known; a request without a buffer gets none', async () => {
  const { lose, ask, port } = openBench();
  await ask(inquiry(96), 96);
  lose();
  const request: ScsiRequest = { lun: scsi.lunFromNumber(0), cdb: inquiry(96) };
  await assert.rejects(port.execute({ ...request, signal: AbortSignal.abort(new Error('enough')) }), /enough/);
  const { dataInLength, residual } = await port.execute(request);
  assert.deepEqual([dataInLength, residual], [0, 'overflow']);
});
