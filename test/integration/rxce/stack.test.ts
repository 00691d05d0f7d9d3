// The iSCSI stack over circuits that are made with the RxCe names, and the names over real sockets. The rest of the tests runs
// over the names with HAWSER_ENGINE=rxce (docs/rxce.md).

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { connect, discover } from 'hawser';
import { Engine } from 'hawser/engine';
import {
  addressText,
  encodeTransportAddress,
  ntStatus,
  openRxCe,
  RXCE_ADDRESS,
  RXCE_CONNECTION,
  RXCE_TRANSPORT,
  RXCE_VC,
  rxceDriver,
  STATUS_SUCCESS,
} from 'hawser/rxce';
import { deferred } from '../../../src/base/index.ts';
import { inRepository } from '../../support/repository.ts';
import { runTool } from '../../support/run-tool.ts';
import { openLab, targetName } from '../initiator/lab.ts';

suite('iSCSI over the RxCe names', () => {
  test('discovery, a session with several connections, verified I/O, one connection less, and a logout', async () => {
    await using lab = await openLab();
    const options = { transport: rxceDriver() };
    const [portal] = lab.target.portals;
    const found = await discover({ portal: portal! }, options);
    assert.deepEqual(
      found.map(({ name }) => name),
      [targetName],
    );
    const session = await connect(`${lab.url}?connections=3`, options);
    const disk = await session.openDisk(0);
    const data = randomBytes(1024 * 1024);
    const back = Buffer.alloc(data.length);
    await disk.write(4096, data);
    await session.removeConnection(session.connections[1]!.cid);
    await disk.read(4096, back);
    assert.ok(back.equals(data));
    await disk.close();
    const { isClean } = await session.logout();
    assert.equal(isClean, true);
    assert.deepEqual(lab.target.sessions(), []);
  });
});

suite('the RxCe names over sockets', () => {
  test('a large buffer is filled by reads of the socket', async () => {
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 249));
    const server = net.createServer((socket) => socket.on('error', () => undefined).end(sent)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using engine = new Engine();
    const rxCe = openRxCe({ engine });
    const [transport, address, connection, vc] = [
      new RXCE_TRANSPORT(),
      new RXCE_ADDRESS(),
      new RXCE_CONNECTION(),
      new RXCE_VC(),
    ];
    assert.equal(rxCe.RxCeBuildTransport(transport, '\\Device\\Tcp', 0), STATUS_SUCCESS);
    const from = encodeTransportAddress({ host: '127.0.0.1', port: 0 });
    assert.equal(await rxCe.RxCeBuildAddress(address, transport, from, {}, null), STATUS_SUCCESS);
    const buffer = new Uint8Array(sent.length);
    const ready = deferred<number>();
    const handler = {
      RxCeReceiveEventHandler: () => ({ Status: ntStatus.STATUS_MORE_PROCESSING_REQUIRED, pDataBufferPointer: buffer }),
      RxCeDataReadyEventHandler: (_context: unknown, _buffer: unknown, copied: number) => {
        ready.resolve(copied);
      },
    };
    const { port } = server.address() as net.AddressInfo;
    const information = { RemoteAddress: encodeTransportAddress({ host: '127.0.0.1', port }) };
    const status = await rxCe.RxCeBuildConnection(address, information, handler, null, connection, vc);
    assert.equal(status, STATUS_SUCCESS);
    assert.equal(await ready.promise, sent.length);
    assert.ok(sent.equals(buffer));
    await rxCe.close();
    assert.deepEqual(engine.transports, []);
    server.close();
  });

  test('datagrams go out and come in by UDP, with their source', async () => {
    await using engine = new Engine();
    const rxCe = openRxCe({ engine });
    const transport = new RXCE_TRANSPORT();
    rxCe.RxCeBuildTransport(transport, '\\Device\\Udp', 0);
    const heard = deferred<readonly unknown[]>();
    const ended = deferred<number>();
    const build = async (handler: object): Promise<RXCE_ADDRESS> => {
      const address = new RXCE_ADDRESS();
      const at = encodeTransportAddress({ host: '127.0.0.1', port: 0 });
      assert.equal(await rxCe.RxCeBuildAddress(address, transport, at, handler, null), STATUS_SUCCESS);
      return address;
    };
    const receiver = await build({
      RxCeReceiveDatagramEventHandler: (...given: readonly unknown[]) => {
        const [, , source, , , , , available, tsdu] = given;
        heard.resolve([source, available, Buffer.from(tsdu as Uint8Array).toString()]);
        return { Status: STATUS_SUCCESS, BytesTaken: available };
      },
    });
    const sender = await build({
      RxCeSendCompleteEventHandler: (_context: unknown, _completion: unknown, status: number) => {
        ended.resolve(status);
      },
    });
    const to = { RemoteAddress: receiver.pTransportAddress! };
    assert.equal(rxCe.RxCeSendDatagram(sender, to, 0, Buffer.from('hello'), 5, null), STATUS_SUCCESS);
    assert.deepEqual(await heard.promise, [sender.pTransportAddress, 5, 'hello']);
    assert.equal(await ended.promise, STATUS_SUCCESS);
    assert.notEqual(addressText(sender.pTransportAddress!)?.port, 0);
  });
});

test('HAWSER_ENGINE=rxce makes every TCP circuit with the RxCe names, and refuses another engine', async () => {
  const load = `--import=${pathToFileURL(inRepository('dist/test/support/engine-switch.js')).href}`;
  const script = "import { tcpDriver } from 'hawser'; console.log(tcpDriver().name);";
  const args = [load, '--input-type=module', '--eval', script];
  const env = { HAWSER_ENGINE: 'rxce' };
  const switched = await runTool(process.execPath, args, { cwd: inRepository('.'), env });
  assert.equal(switched.stdout.trim(), 'rxce tcp');
  const refused = await runTool(process.execPath, args, { cwd: inRepository('.'), env: { HAWSER_ENGINE: 'other' } });
  assert.notEqual(refused.status, 0);
});
