// Server-sent events, however the bytes come.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readMessages, type ServerSentMessage } from '../../../src/control/client/server-sent-events.ts';

const stream =
  'retry: 1000\n\n:\n\nid: a-1\ndata: {"ä": "€"}\n\nid: a-2\r\ndata: one\r\ndata:two\r\n\r\nevent: end\ndata: {}\n\nid: a-3\ndata: cut';

const messages: readonly ServerSentMessage[] = [
  { type: 'message', id: 'a-1', data: '{"ä": "€"}' },
  { type: 'message', id: 'a-2', data: 'one\ntwo' },
  { type: 'end', id: undefined, data: '{}' },
];

// eslint-disable-next-line @typescript-eslint/require-await -- an iterable is async whether or not it has to wait
async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<ServerSentMessage[]> {
  const found: ServerSentMessage[] = [];
  for await (const message of readMessages(pieces)) found.push(message);
  return found;
}

suite('server-sent events', () => {
  test('WHATWG HTML 9.2.6: comments and messages without data are none, and one that is cut off is none', async () => {
    assert.deepEqual(await readAll(inPieces(Buffer.from(stream), stream.length * 2)), messages);
  });

  for (const length of [1, 2, 3, 7, 64]) {
    test(`come out the same in pieces of ${length}, in the middle of a character too`, async () => {
      assert.deepEqual(await readAll(inPieces(Buffer.from(stream), length)), messages);
    });
  }

  test('a message without end is refused before it fills the memory', async () => {
    const endless = inPieces(Buffer.alloc(32 * 1024 * 1024, 0x61), 1024 * 1024);
    await assert.rejects(readAll(endless), RangeError);
  });
});
