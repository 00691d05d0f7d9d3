// CHAP, 4 and 5: the name of the target and its response.

import { ChallengeMemory } from '../../../src/session/index.ts';
import { ChapBench, type ChapSetup, hex, md5, them, us } from '../chap-bench.ts';
import { type Row, row } from '../harness.ts';

/** A proof that the initiator takes. */
async function taken(keys: Readonly<Record<string, string>>, setup: ChapSetup): Promise<void> {
  await using chap = await ChapBench.begin(setup);
  await chap.challenged();
  chap.prove(keys);
  await chap.succeeds();
}

/** A proof that ends the login; it may be made from the right one. */
async function refused(make: (right: Buffer) => Readonly<Record<string, string>>, setup: ChapSetup): Promise<void> {
  await using chap = await ChapBench.begin(setup);
  await chap.challenged();
  chap.prove(make(md5(chap.ownIdentifier, them.secret, chap.ownChallenge)));
  await chap.refuses();
}

const anyName: ChapSetup = { mutual: 'anyName' };
const mutual: ChapSetup = { mutual: true };

export const rows: readonly Row[] = [
  row('4.1', '§12.1.3', 'CHAP_N of the target, with a right response, ends authentication well', async () => {
    await taken({}, mutual);
  }),

  row('4.2', '§6.1', 'CHAP_N of 255 bytes is taken', async () => {
    await taken({ CHAP_N: 'n'.repeat(255) }, anyName);
  }),

  row('4.3', '§6.1', 'CHAP_N of one byte is taken', async () => {
    await taken({ CHAP_N: 'n' }, anyName);
  }),

  row('4.4', '§6.1', 'CHAP_N of 256 bytes ends the login', async () => {
    await refused(() => ({ CHAP_N: 'n'.repeat(256) }), anyName);
  }),

  row('4.5', '§12.1.3', 'CHAP_N that comes with the challenge ends the login', async () => {
    await using chap = await ChapBench.begin(mutual);
    await chap.choose();
    chap.challenge({ CHAP_N: them.user });
    await chap.refuses();
  }),

  row('4.6', '§9.2.1', 'Our own CHAP_N, sent back to us, ends the login', async () => {
    await refused(() => ({ CHAP_N: us.user }), anyName);
  }),

  row('4.7', '§12.1.3', 'The same CHAP_N may come in every login', async () => {
    const memory = new ChallengeMemory();
    for (const CHAP_C of ['0xaa', '0xbb']) {
      await using chap = await ChapBench.begin({ ...anyName, memory });
      await chap.challenged({ CHAP_C });
      chap.prove();
      await chap.succeeds();
    }
  }),

  row('4.8', '§12.1.3', 'Another CHAP_N than the one that was expected ends the login', async () => {
    await refused(() => ({ CHAP_N: 'somebody else' }), mutual);
  }),

  row('5.1', '§12.1.3', 'A wrong CHAP_R ends the login, and so does one made with our own secret', async () => {
    await refused((right) => ({ CHAP_R: hex(right.map((byte) => byte ^ 0x80)) }), mutual);
    await using chap = await ChapBench.begin(mutual);
    await chap.challenged();
    chap.prove({ CHAP_R: hex(md5(chap.ownIdentifier, us.secret, chap.ownChallenge)) });
    await chap.refuses();
  }),

  row('5.2', '§12.1.3', 'CHAP_R with a byte too many ends the login', async () => {
    await refused((right) => ({ CHAP_R: hex(Buffer.concat([right, Buffer.from([0])])) }), mutual);
  }),

  row('5.3', '§12.1.3', 'CHAP_R with a byte too few ends the login', async () => {
    await refused((right) => ({ CHAP_R: hex(right.subarray(0, 15)) }), mutual);
  }),
];
