// Run as a process of its own by control.test.ts: uses the control API in the way that it is told, and must then exit.

import { openControlClient, openControlServer } from 'hawser/control';
import { fakeService } from '../support/fake-initiator-service.ts';

const [, , how = '', socketPath = ''] = process.argv;

const never = async (): Promise<never> => await new Promise(() => undefined);
const { service } = fakeService(how === 'calls under way' ? { sessions: never } : {});
const limits = { closeTimeoutMs: 100 };
const server = await openControlServer({ service, socketPath, limits });
const client = openControlClient({ socketPath });
await Promise.all(Array.from({ length: 20 }, () => client.status()));

if (how === 'server alone') {
  // The client's connections are idle: they keep nothing alive, and are closed by the server.
  await server.close();
} else if (how === 'calls under way') {
  const calls = Promise.allSettled([client.sessions(), client.sessions()]);
  await server.close();
  await calls;
} else if (how === 'client alone') {
  const other = openControlClient({ socketPath: `${socketPath}.none` });
  await other.status().catch(() => undefined);
  await server.close();
} else {
  const events = client.events()[Symbol.asyncIterator]();
  await events.next();
  await client.close();
  await server.close();
}
