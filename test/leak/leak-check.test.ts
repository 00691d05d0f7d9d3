// The leak check must see a leak, or it proves nothing.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { assertExits } from '../support/leak-check.ts';
import { makeTempDir, type TempDir } from '../support/temp.ts';

async function moduleWith(dir: TempDir, source: string): Promise<string> {
  const path = dir.file('module.mjs');
  await writeFile(path, source);
  return path;
}

suite('assertExits', () => {
  test('returns the output of a module that ends by itself, and hands it its arguments', async () => {
    await using dir = await makeTempDir();
    const path = await moduleWith(dir, 'console.log(process.argv.slice(2).join());');
    assert.equal(await assertExits(path, { args: ['a', 'b'] }), 'a,b\n');
  });

  test('names what keeps a module alive', async () => {
    await using dir = await makeTempDir();
    const path = await moduleWith(
      dir,
      "import { createServer } from 'node:net'; createServer().listen(0, '127.0.0.1');",
    );
    await assert.rejects(assertExits(path, { limitMs: 1500 }), /did not end within 1500 ms: .*TCPServerWrap/);
  });

  test('fails for a module that throws', async () => {
    await using dir = await makeTempDir();
    const path = await moduleWith(dir, "throw new Error('broken inside');");
    await assert.rejects(assertExits(path), /ended with 1: [^]*broken inside/);
  });

  test('fails for a module that waits for what never comes', async () => {
    await using dir = await makeTempDir();
    const path = await moduleWith(dir, 'await new Promise(() => {});');
    await assert.rejects(assertExits(path), /ended with 13/);
  });
});
