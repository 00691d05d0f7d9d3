// Every operation over a real socket: what the client is told arrives at the service, and its answer comes back.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ControlClient, openControlClient, openControlServer } from 'hawser/control';
import type { CallOptions } from '../../../src/service/index.ts';
import { fakeService } from '../../support/fake-initiator-service.ts';
import { type ServiceSamples, serviceSamples } from '../../support/service-samples.ts';
import { makeTempDir } from '../../support/temp.ts';

type Name = keyof ServiceSamples;

/** Calls a method by its name. */
async function call(client: ControlClient, name: Name, input: unknown, options?: CallOptions): Promise<unknown> {
  const methods = client as unknown as Readonly<Record<Name, (...given: unknown[]) => Promise<unknown>>>;
  return await (serviceSamples[name].input === undefined ? methods[name](options) : methods[name](input, options));
}

suite('the control API over a Unix socket', () => {
  test('every operation arrives as it was called, and answers as the service does', async () => {
    await using folder = await makeTempDir();
    const { service, calls } = fakeService();
    await using server = await openControlServer({ service, socketPath: folder.file('s') });
    await using client = openControlClient({ socketPath: server.socketPath ?? '' });
    for (const name of Object.keys(serviceSamples) as Name[]) {
      const { input, output } = serviceSamples[name];
      const answer = await call(client, name, input);
      const heard = calls.pop();
      assert.deepEqual([heard?.name, heard?.input], [name, input]);
      assert.deepEqual(answer, output, name);
    }
  });
});
