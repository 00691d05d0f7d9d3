// Raw SCSI commands: the CDBs that are sent, and what becomes of the answers.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { rawInquiry, rawReadCapacity, rawReportLuns } from '../../../../src/adapter/instance/raw-scsi.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../../../../src/session/index.ts';

/** Fixed format sense data (SPC-4 §4.5.3): key in byte 2, ASC and ASCQ in 12 and 13. */
function sense(key: number, asc: number, ascq = 0): Uint8Array {
  return Uint8Array.of(0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0);
}

const invalidOpcode = sense(0x5, 0x20);
const powerOn = sense(0x6, 0x29);

/** A port that gives the answers told, one a command; the last again and again. */
function scripted(...answers: readonly { readonly sense?: Uint8Array; readonly data?: number[] }[]): {
  readonly port: ScsiPort;
  readonly requests: ScsiRequest[];
} {
  const requests: ScsiRequest[] = [];
  const execute = async (request: ScsiRequest): Promise<ScsiResult> => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    const data = answer?.data ?? [];
    request.dataIn?.set(data);
    return await Promise.resolve({
      status: answer?.sense === undefined ? 0 : 2,
      sense: answer?.sense,
      dataInLength: data.length,
      residual: 'none',
      residualCount: 0,
      cid: 1,
    });
  };
  return { port: { execute }, requests };
}

const cdbOf = ({ cdb }: ScsiRequest): number[] => [...cdb.subarray(0, 6)];

suite('raw SCSI', () => {
  test('SPC-4 §6.4 INQUIRY has EVPD, CMDDT, the page and the allocation length as told', async () => {
    const { port, requests } = scripted({ data: [0, 1, 2] });
    const answer = await rawInquiry(port, { lun: 3 });
    assert.deepEqual(answer, { scsiStatus: 0, response: Uint8Array.of(0, 1, 2), sense: new Uint8Array(0) });
    await rawInquiry(port, {
      lun: { high: 0x4001_0000, low: 0 },
      evpdCmddt: 1,
      pageCode: 0x83,
      allocationLength: 0x1234,
    });
    await rawInquiry(port, { lun: 0, evpdCmddt: 2, pageCode: 0x12, allocationLength: 0 });
    assert.deepEqual(requests.map(cdbOf), [
      [0x12, 0, 0, 0, 255, 0],
      [0x12, 1, 0x83, 0x12, 0x34, 0],
      [0x12, 2, 0x12, 0, 0, 0],
    ]);
    assert.deepEqual(
      requests.map(({ lun }) => lun.high),
      [0x0003_0000, 0x4001_0000, 0],
    );
    assert.deepEqual(
      requests.map(({ dataIn }) => dataIn?.length),
      [255, 0x1234, undefined],
    );
  });

  test('SBC-4 §5.20 READ CAPACITY (16); (10) for a unit that does not have it, and then 8 bytes', async () => {
    const long = scripted({ data: new Array<number>(32).fill(1) });
    assert.equal((await rawReadCapacity(long.port, 0)).response.length, 32);
    assert.deepEqual(cdbOf(long.requests[0]!).slice(0, 2), [0x9e, 0x10]);
    const short = scripted({ sense: invalidOpcode }, { data: [0, 0, 0, 1, 0, 0, 2, 0] });
    assert.deepEqual([...(await rawReadCapacity(short.port, 0)).response], [0, 0, 0, 1, 0, 0, 2, 0]);
    assert.deepEqual(
      short.requests.map(({ cdb }) => cdb[0]),
      [0x9e, 0x25],
    );
  });

  test('SPC-4 §6.33 REPORT LUNS goes to LUN 0', async () => {
    const { port, requests } = scripted({ data: [0, 0, 0, 0] });
    await rawReportLuns(port);
    assert.deepEqual([requests[0]?.cdb[0], requests[0]?.lun], [0xa0, { high: 0, low: 0 }]);
  });

  test('SAM-5 §5.14 a unit attention is no answer to the command, which is sent again, but not for ever', async () => {
    const once = scripted({ sense: powerOn }, { sense: powerOn }, { data: [9] });
    assert.deepEqual([...(await rawReportLuns(once.port)).response], [9]);
    assert.equal(once.requests.length, 3);
    const ever = scripted({ sense: powerOn });
    const answer = await rawReportLuns(ever.port);
    assert.deepEqual([answer.scsiStatus, answer.sense], [2, powerOn]);
    assert.ok(ever.requests.length < 20);
  });

  test('any other failure is the answer, with its sense data', async () => {
    const { port, requests } = scripted({ sense: invalidOpcode });
    assert.deepEqual(await rawInquiry(port, { lun: 0 }), {
      scsiStatus: 2,
      response: new Uint8Array(0),
      sense: invalidOpcode,
    });
    assert.equal(requests.length, 1);
  });
});
