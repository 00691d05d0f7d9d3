// Run as a process of its own by engine.test.ts: opens and closes circuits over TCP in every way, listens for one, and must
// then exit by itself, with nothing left to keep it alive.

import net from 'node:net';
import { nextTurn } from '../../src/base/index.ts';
import { Engine, tcpDriver, type VirtualCircuit } from '../../src/engine/index.ts';

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (chunk) => socket.write(chunk));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as net.AddressInfo;

const engine = new Engine();
const address = engine.buildTransport(tcpDriver({ keepAliveMs: 30_000 })).buildAddress({ interface: 'lo' });
const connection = address.buildConnection({ host: '127.0.0.1', port });

/** Connects, has bytes sent back, then ends as `end` does. */
async function roundTrip(end: (circuit: VirtualCircuit) => Promise<void>): Promise<void> {
  let onReceived = (): void => {};
  const received = new Promise<void>((resolve) => {
    onReceived = resolve;
  });
  const handlers = { received: onReceived, drained() {}, disconnected() {} };
  const circuit = await connection.buildCircuit({ handlers });
  circuit.send([new Uint8Array(1000)]);
  await received;
  await end(circuit);
}

async function initiate(circuit: VirtualCircuit, kind: 'graceful' | 'abortive'): Promise<void> {
  await engine.worker.run((context) => {
    circuit.initiateDisconnect(context, kind);
  });
  await circuit.tearDown();
}

for (let round = 0; round < 5; round += 1) {
  await roundTrip(async (circuit) => {
    await initiate(circuit, 'graceful');
  });
  await roundTrip(async (circuit) => {
    await initiate(circuit, 'abortive');
  });
  await roundTrip(async (circuit) => {
    await circuit.tearDown();
  });
  await roundTrip(async () => {}); // left for engine.close
}
const abort = new AbortController();
const aborted = connection.buildCircuit({
  handlers: { received() {}, drained() {}, disconnected() {} },
  signal: abort.signal,
});
abort.abort(new Error('on purpose'));
await aborted.catch(() => {});
const circuits = connection.circuits.length;
const listener = await address.listen({}, () => ({ received() {}, drained() {}, disconnected() {} }));
const { address: host, port: listening } = listener.local;
const calling = address.buildConnection({ host, port: listening });
await calling.buildCircuit({ handlers: { received() {}, drained() {}, disconnected() {} } }); // left for engine.close
await engine.close();
await new Promise((resolve) => server.close(resolve));

function resourcesLeft(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /tcp|timeout/i.test(name));
}

// A handle is let go some turns after its close event.
for (let turn = 0; turn < 50 && resourcesLeft().length > 0; turn += 1) await nextTurn();
process.stdout.write(JSON.stringify({ circuits, left: resourcesLeft() }));
