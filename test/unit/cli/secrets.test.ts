// Where CHAP secrets come from, and in what order.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import type { ChapCredentials, IscsiUrl } from '../../../src/adapter/index.ts';
import { collectChap, type SecretOptions } from '../../../src/cli/secrets.ts';
import { type CliGiven, Kept, makeWorld } from '../../support/cli-world.ts';
import { makeTempDir } from '../../support/temp.ts';

type UrlPart = Pick<IscsiUrl, 'user' | 'secret' | 'options'>;

interface Collected {
  readonly chap: ChapCredentials | undefined;
  readonly questions: readonly string[];
}

async function collect(options: SecretOptions, url: Partial<UrlPart> = {}, given: CliGiven = {}): Promise<Collected> {
  const { environment, questions } = makeWorld(new Kept(), new Kept(), given);
  const chap = await collectChap(options, { options: {}, ...url }, environment);
  return { chap, questions };
}

const variables = { HAWSER_CHAP_SECRET: 'from the environment' };

suite('secrets', () => {
  test('without a user there are no credentials, whatever the environment holds', async () => {
    assert.equal((await collect({}, {}, { variables })).chap, undefined);
  });

  test('come from a file without its line end before all else', async () => {
    await using folder = await makeTempDir();
    for (const [end, name] of [
      ['', 'none'],
      ['\n', 'lf'],
      ['\r\n', 'crlf'],
    ] as const) {
      await writeFile(folder.file(name), `from the file ${end}`);
      const options = { chapUser: 'me', chapSecretFile: folder.file(name) };
      const { chap } = await collect(options, { secret: 'from the URL' }, { variables });
      assert.equal(Buffer.from(chap!.secret).toString(), 'from the file ');
    }
  });

  test('come from the URL when it names the user', async () => {
    const { chap } = await collect({}, { user: 'me', secret: 'from the URL' }, { variables });
    assert.deepEqual(chap, { user: 'me', secret: 'from the URL' });
  });

  test('of a URL are not those of another user that an option names', async () => {
    const { chap } = await collect({ chapUser: 'you' }, { user: 'me', secret: 'of me' }, { variables });
    assert.deepEqual(chap, { user: 'you', secret: 'from the environment' });
  });

  test('come from the environment, and from a prompt only at a terminal', async () => {
    assert.equal((await collect({ chapUser: 'me' }, {}, { variables })).chap?.secret, 'from the environment');
    const asked = await collect({ chapUser: 'me' }, {}, { answers: ['typed'] });
    assert.equal(asked.chap?.secret, 'typed');
    assert.deepEqual(asked.questions, ['CHAP secret of me']);
    await assert.rejects(collect({ chapUser: 'me' }), { code: 'ISCSI_BAD_ARGUMENT' });
    await assert.rejects(collect({ chapUser: 'me' }, {}, { answers: [''] }), { code: 'ISCSI_BAD_ARGUMENT' });
  });

  test('of the target make CHAP mutual', async () => {
    const both = { ...variables, HAWSER_TARGET_SECRET: 'of the target' };
    const { chap } = await collect({ chapUser: 'me', targetUser: 'it' }, {}, { variables: both });
    assert.deepEqual(chap?.mutual, { user: 'it', secret: 'of the target' });
    const unnamed = await collect({ chapUser: 'me' }, {}, { variables: both });
    assert.deepEqual(unnamed.chap?.mutual, { secret: 'of the target' });
    const urlOptions = { targetUser: 'it', targetSecret: 'of the URL' };
    const fromUrl = await collect({}, { user: 'me', secret: 'mine', options: urlOptions });
    assert.deepEqual(fromUrl.chap?.mutual, { user: 'it', secret: 'of the URL' });
  });

  test('of the target without a user of ours are a mistake', async () => {
    await assert.rejects(collect({ targetUser: 'it' }), { code: 'ISCSI_BAD_ARGUMENT' });
    await assert.rejects(collect({}, { options: { targetSecret: 'x' } }), { code: 'ISCSI_BAD_ARGUMENT' });
  });

  test('that are missing are told without what is known', async () => {
    await assert.rejects(collect({ chapUser: 'me', targetUser: 'it' }, {}, { variables }), (error: Error) => {
      assert.match(error.message, /No secret for it/);
      assert.ok(!error.message.includes('from the environment'));
      return true;
    });
  });

  test('from a file that is too long, or is not there, are refused', async () => {
    await using folder = await makeTempDir();
    await writeFile(folder.file('long'), Buffer.alloc(4097, 'x'));
    for (const name of ['long', 'missing']) {
      const options = { chapUser: 'me', chapSecretFile: folder.file(name) };
      await assert.rejects(collect(options), { code: 'BLOCK_IO_FAILED' });
    }
  });

  test('may be weak only by the option that says so', async () => {
    const given = { variables };
    assert.equal((await collect({ chapUser: 'me', allowWeakSecrets: true }, {}, given)).chap?.allowWeakSecrets, true);
    assert.equal((await collect({ chapUser: 'me' }, {}, given)).chap?.allowWeakSecrets, undefined);
  });
});
