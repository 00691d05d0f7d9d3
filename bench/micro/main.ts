// Micro benches: codec, framer and digest, in nanoseconds a PDU and gigabytes a second.
// Usage: npm run bench -- micro [NAME…]  (codec, framer, digest)

import { Bench } from 'tinybench';

import {
  bhsLength,
  crc32c,
  type DataIn,
  decodePdu,
  encodePdu,
  Framer,
  opcode,
  paddedLength,
  putSegmentLengths,
  type ScsiCommand,
  type ScsiResponse,
} from '../../src/wire/index.ts';

const lun = { high: 0, low: 0 };

const command: ScsiCommand = {
  opcode: opcode.scsiCommand,
  isImmediate: false,
  isFinal: true,
  isRead: true,
  isWrite: false,
  taskAttribute: 1,
  lun,
  initiatorTaskTag: 0x10,
  expectedDataTransferLength: 8192,
  cmdSn: 7,
  expStatSn: 8,
  cdb: new Uint8Array(16),
};

const response: ScsiResponse = {
  opcode: opcode.scsiResponse,
  isBidiOverflow: false,
  isBidiUnderflow: false,
  isOverflow: false,
  isUnderflow: false,
  response: 0,
  status: 0,
  initiatorTaskTag: 0x10,
  snackTag: 0,
  statSn: 1,
  expCmdSn: 2,
  maxCmdSn: 3,
  expDataSn: 0,
  bidiReadResidualCount: 0,
  residualCount: 0,
};

function dataIn(length: number): DataIn {
  return {
    opcode: opcode.dataIn,
    isFinal: true,
    isAcknowledge: false,
    isOverflow: false,
    isUnderflow: false,
    hasStatus: true,
    status: 0,
    lun,
    initiatorTaskTag: 0x10,
    targetTransferTag: 0xffff_ffff,
    statSn: 1,
    expCmdSn: 2,
    maxCmdSn: 3,
    dataSn: 0,
    bufferOffset: 0,
    residualCount: length === 0 ? 0 : 0,
  };
}

/** A PDU with `length` bytes of data as it stands on the wire, without digests. */
function onWire(length: number): Buffer {
  const bytes = Buffer.alloc(bhsLength + paddedLength(length), 0x5a);
  bytes.fill(0, 0, bhsLength);
  encodePdu(dataIn(length), bytes.subarray(0, bhsLength));
  putSegmentLengths(bytes, 0, length);
  return bytes;
}

async function codec(): Promise<void> {
  const bench = new Bench({ time: 500 });
  const out = Buffer.alloc(bhsLength);
  const encoded = Buffer.alloc(bhsLength);
  encodePdu(response, encoded);
  bench.add('encode SCSI Command', () => {
    encodePdu(command, out);
  });
  bench.add('decode SCSI Response', () => {
    decodePdu(encoded);
  });
  await report(bench, () => 0);
}

async function framer(): Promise<void> {
  const bench = new Bench({ time: 500 });
  const lengths = [4096, 8192, 65_536, 262_144];
  for (const length of lengths) {
    for (const dataDigest of [false]) {
      const destination = new Uint8Array(length);
      const machine = new Framer(
        {
          onHeader: () => destination,
          onPdu: () => {},
          onDataDigestError: () => {},
          onHeaderDigestError: () => {},
        },
        { maxRecvDataSegmentLength: 1 << 24, headerDigest: false, dataDigest },
      );
      const wire = onWire(length);
      bench.add(`framer ${length}`, () => {
        machine.push(wire);
      });
    }
  }
  await report(bench, (name) => Number(name.split(' ')[1]));
}

async function digest(): Promise<void> {
  const bench = new Bench({ time: 500 });
  for (const length of [48, 4096, 65_536, 1 << 20]) {
    const bytes = Buffer.alloc(length, 0x5a);
    bench.add(`crc32c ${length}`, () => {
      crc32c(bytes);
    });
  }
  await report(bench, (name) => Number(name.split(' ')[1]));
}

async function report(bench: Bench, bytesOf: (name: string) => number): Promise<void> {
  await bench.run();
  for (const { name, result } of bench.tasks) {
    if (!('latency' in result)) continue;
    const ns = result.latency.p50 * 1e6;
    const bytes = bytesOf(name);
    const rate = bytes === 0 ? '' : `${(bytes / ns).toFixed(1)} GB/s`;
    console.log(`${name.padEnd(24)} ${ns.toFixed(0).padStart(8)} ns  ${rate}`);
  }
}

const all = { codec, framer, digest };
const names = process.argv.slice(2);
for (const [name, run] of Object.entries(all)) if (names.length === 0 || names.includes(name)) await run();
