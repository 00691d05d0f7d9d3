// Disks over several kinds of SCSI device under the block-device suite.

import { openDisk } from '../../src/disk/index.ts';
import { FakeScsiDevice, type FakeScsiOptions } from '../support/fake-scsi-device.ts';
import { blockDeviceSuite } from './block-device.ts';

const kinds: Readonly<Record<string, FakeScsiOptions>> = {
  'plain disk': {},
  'disk of 4096-byte blocks with small transfers': {
    blockSize: 4096,
    blockCount: 500,
    limits: { maximumTransferLength: 3, maximumWriteSameLength: 7 },
  },
  'thin disk with UNMAP': {
    lbpme: true,
    lbprz: true,
    dpoFua: true,
    provisioning: { lbpu: true, lbpws: true, lbprz: 1 },
  },
  'thin disk without zeros': { lbpme: true, provisioning: { lbpu: true }, limits: { maximumUnmapLbaCount: 100 } },
  'thin disk with WRITE SAME only': { lbpme: true, lbprz: true, provisioning: { lbpws: true, lbprz: 1 } },
  'old disk': { pages: [], writeCache: undefined, unsupported: [0x9e, 0x93, 0x35, 0x91] },
};

for (const [name, options] of Object.entries(kinds)) {
  blockDeviceSuite(name, async () => {
    const device = new FakeScsiDevice({ blockCount: 4096, ...options });
    return await openDisk(device, 0, { maxTransferLength: 65_536 });
  });
}

blockDeviceSuite(
  'write-protected disk',
  async () => await openDisk(new FakeScsiDevice({ isWriteProtected: true }), 0),
  {
    isReadOnly: true,
  },
);
