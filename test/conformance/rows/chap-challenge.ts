// CHAP, 1 to 3: algorithm, identifier and challenge.

import assert from 'node:assert/strict';
import { ChallengeMemory } from '../../../src/session/index.ts';
import { ChapBench, type ChapSetup, hex, md5, said, someChallenge, us } from '../chap-bench.ts';
import { type Row, row } from '../harness.ts';

/** A challenge that ends the login. */
async function refused(keys: Readonly<Record<string, string>>, setup: ChapSetup = {}): Promise<void> {
  await using chap = await ChapBench.begin(setup);
  await chap.choose();
  chap.challenge(keys);
  await chap.refuses();
}

/** A challenge that is answered rightly, after which the login goes on. */
async function answered(identifier: number, challenge: Buffer, setup: ChapSetup = {}): Promise<void> {
  await using chap = await ChapBench.begin(setup);
  const answer = await chap.challenged({ CHAP_I: String(identifier), CHAP_C: hex(challenge) });
  assert.equal(said(answer, 'CHAP_N'), us.user);
  assert.equal(said(answer, 'CHAP_R').toLowerCase(), hex(md5(identifier, us.secret, challenge)));
  await chap.accept();
}

/** Bytes as a random source gives them: one byte over and over, the next one at each longer request. */
function scripted(bytes: readonly number[]): (length: number) => Uint8Array {
  const left = [...bytes];
  return (length) => Buffer.alloc(length, length === 1 ? 200 : left.shift());
}

const large = Buffer.from(Array.from({ length: 1025 }, (_, at) => (at * 7 + 1) & 0xff));

export const rows: readonly Row[] = [
  row('1.1', '§12.1.3', 'CHAP_A: the list is offered, and what the target selects from it is used', async () => {
    await using chap = await ChapBench.begin();
    const offer = await chap.choose();
    assert.deepEqual(offer.pairs, [['CHAP_A', '7,5']]);
    chap.challenge({ CHAP_A: '5' });
    const answer = await chap.login.request();
    assert.equal(said(answer, 'CHAP_R').toLowerCase(), hex(md5(37, us.secret, someChallenge)));
    await chap.accept();
  }),

  row('1.2.1', '§12.1.3', 'CHAP_A that was not offered ends the login', async () => {
    await refused({ CHAP_A: '5' }, { chap: { algorithms: ['SHA-256'] } });
  }),

  row('1.2.2', '§6.1', 'CHAP_A that is no number ends the login', async () => {
    for (const CHAP_A of ['MD5', '5 ', '05', '']) await refused({ CHAP_A });
  }),

  row('1.3', '§12.1.3', 'CHAP_A that comes before we have offered ours ends the login', async () => {
    await using chap = await ChapBench.begin();
    chap.login.answer({}, ['TargetPortalGroupTag=1', 'AuthMethod=CHAP', 'CHAP_A=5']);
    await chap.refuses();
  }),

  row('2.1', '§12.1.3', 'CHAP_I is any number of one byte', async () => {
    for (const identifier of [0, 1, 255]) await answered(identifier, someChallenge);
  }),

  row('2.2', '§12.1.3', 'CHAP_I that is no number of one byte ends the login', async () => {
    for (const CHAP_I of ['256', '-1', 'one', '']) await refused({ CHAP_I });
  }),

  row('2.3', '§12.1.3', 'CHAP_I that comes with the proof of the target ends the login', async () => {
    await using chap = await ChapBench.begin({ mutual: true });
    await chap.challenged();
    chap.prove({ CHAP_I: '38' });
    await chap.refuses();
  }),

  row('2.4', '§12.1.3', 'The same CHAP_I may come in every login: the challenge must be new', async () => {
    const memory = new ChallengeMemory();
    await answered(99, someChallenge, { memory });
    await answered(99, Buffer.from('another challenge'), { memory });
  }),

  row('2.5', '§9.2.1', 'Our CHAP_I is not that of the target', async () => {
    await using chap = await ChapBench.begin({ mutual: true, random: scripted([1]) });
    await chap.challenged({ CHAP_I: '200' });
    assert.notEqual(chap.ownIdentifier, 200);
    chap.prove();
    await chap.succeeds();
  }),

  row('2.6', '§12.1.3', 'Each response is made with the CHAP_I of its own challenge', async () => {
    const memory = new ChallengeMemory();
    await answered(7, someChallenge, { memory });
    await answered(200, Buffer.from('another challenge'), { memory });
  }),

  row('3.1', '§12.1.3', 'CHAP_C of 1024 bytes is answered', async () => {
    await answered(1, large.subarray(1));
  }),

  row('3.2', '§12.1.3', 'CHAP_C of one byte is answered', async () => {
    await answered(1, Buffer.from([0x5a]));
  }),

  row('3.3', '§12.1.3', 'CHAP_C of 1025 bytes ends the login', async () => {
    await refused({ CHAP_C: hex(large) });
    await refused({ CHAP_C: `0b${large.toString('base64')}` });
  }),

  row('3.4', '§12.1.3', 'CHAP_C without a byte ends the login', async () => {
    for (const CHAP_C of ['0x', '0b', '']) await refused({ CHAP_C });
  }),

  row('3.5', '§12.1.3', 'CHAP_C that comes before a method has been agreed ends the login', async () => {
    await using chap = await ChapBench.begin();
    chap.login.answer({}, ['TargetPortalGroupTag=1', `CHAP_C=${hex(someChallenge)}`]);
    await chap.refuses();
  }),

  row('3.6.1', '§9.2.1', 'The same CHAP_C in two logins at once: the second is refused', async () => {
    const memory = new ChallengeMemory();
    await using first = await ChapBench.begin({ memory });
    await using second = await ChapBench.begin({ memory });
    await first.challenged();
    await second.choose();
    second.challenge();
    await second.refuses();
    await first.accept();
  }),

  row('3.6.2', '§9.2.1', 'In two logins at once we offer two different challenges', async () => {
    const memory = new ChallengeMemory();
    const random = scripted([1, 1, 2]);
    await using first = await ChapBench.begin({ memory, random, mutual: true });
    await using second = await ChapBench.begin({ memory, random, mutual: true });
    await first.challenged();
    await second.challenged({ CHAP_C: '0xabcd' });
    assert.deepEqual(first.ownChallenge, Buffer.alloc(16, 1));
    assert.deepEqual(second.ownChallenge, Buffer.alloc(16, 2), 'what was used before is not used again');
  }),

  row('3.6.3', '§9.2.1', 'The same CHAP_C in two logins one after the other: the second is refused', async () => {
    const memory = new ChallengeMemory();
    await answered(1, someChallenge, { memory });
    await refused({ CHAP_I: '2' }, { memory });
  }),

  row('3.6.4', '§9.2.1', 'In two logins one after the other we offer two different challenges', async () => {
    const memory = new ChallengeMemory();
    const random = scripted([3, 3, 4]);
    for (const [CHAP_C, byte] of [
      ['0xaa', 3],
      ['0xbb', 4],
    ] as const) {
      await using chap = await ChapBench.begin({ memory, random, mutual: true });
      await chap.challenged({ CHAP_C });
      assert.deepEqual(chap.ownChallenge, Buffer.alloc(16, byte));
      chap.prove();
      await chap.succeeds();
    }
  }),

  row('3.7', '§9.2.1', 'We do not send the challenge of the target back as ours', async () => {
    await using chap = await ChapBench.begin({ mutual: true, random: scripted([9, 10]) });
    await chap.challenged({ CHAP_C: hex(Buffer.alloc(16, 9)) });
    assert.deepEqual(chap.ownChallenge, Buffer.alloc(16, 10));
  }),

  row('3.8', '§9.2.1', 'Our own challenge, sent back to us in another login, is refused', async () => {
    const memory = new ChallengeMemory();
    await using first = await ChapBench.begin({ memory, mutual: true });
    await first.challenged();
    const CHAP_C = hex(first.ownChallenge);
    await refused({ CHAP_C }, { memory, mutual: true });
  }),
];
