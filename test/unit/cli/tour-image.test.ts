// The archive of the tour is one that tar reads.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { makeTourImage } from '../../../src/cli/tour/image.ts';

const block = 512;

test('pax, "ustar Interchange Format": headers with right checksums lead from file to file up to zeros', () => {
  for (const length of [1_048_576, 3 * 1_048_576]) {
    const { bytes, fileCount, sha256 } = makeTourImage(length);
    const archive = Buffer.from(bytes);
    assert.equal(archive.length, length);
    assert.equal(sha256, createHash('sha256').update(archive).digest('hex'));
    let files = 0;
    let at = 0;
    for (; archive[at] !== 0; files += 1) {
      const header = Buffer.from(archive.subarray(at, at + block));
      assert.equal(header.toString('latin1', 257, 265), 'ustar\u000000');
      const told = Number.parseInt(header.toString('latin1', 148, 154), 8);
      header.fill(' ', 148, 156);
      assert.equal(
        header.reduce((sum, byte) => sum + byte, 0),
        told,
      );
      at += block + Math.ceil(Number.parseInt(header.toString('latin1', 124, 135), 8) / block) * block;
    }
    assert.equal(files, fileCount);
    assert.ok(files >= 8, 'files of up to an eighth of the archive');
    assert.ok(length - at >= 2 * block, 'two blocks of zeros at the end');
    assert.ok(archive.subarray(at).every((byte) => byte === 0));
  }
});
