// The block-device contract, kept by disks that are foreign targets' logical units.

import { after, before, suite } from 'node:test';
import { connect, type InitiatorSession } from 'hawser';
import { blockDeviceSuite } from '../compliance/block-device.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';

for (const blockSize of [512, 4096] as const) {
  suite(`tgtd, blocks of ${blockSize} bytes`, { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
    let tgtd: Tgtd;
    let session: InitiatorSession;
    before(async () => {
      tgtd = await startTgtd({ luns: [{ sizeBytes: 2 << 20, blockSize, params: { thin_provisioning: '1' } }] });
      const { host, port, targetName } = tgtd;
      session = await connect({ portal: { host, port }, targetName, offers: { dataDigest: 'None,CRC32C' } });
    });
    after(async () => {
      await session.close();
      await tgtd[Symbol.asyncDispose]();
    });

    blockDeviceSuite(`a disk of ${blockSize}-byte blocks`, async () => {
      const disk = await session.openDisk(1);
      await disk.zero(0, disk.size);
      return disk;
    });
  });
}
