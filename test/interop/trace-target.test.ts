// A trace of the embedded target, which foreign initiators talk to: tshark finds a whole session in it, and no fault.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startHawserTarget } from '../support/hawser-program.ts';
import { skipWithout } from '../support/peers.ts';
import { toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { decodeCapture } from '../support/tshark.ts';

suite('a trace of hawser target', { skip: skipWithout(['tshark', 'iscsi-inq']) }, () => {
  test('holds what libiscsi said and what it was told', async () => {
    await using folder = await makeTempDir();
    const path = folder.file('target.pcapng');
    let port = 0;
    {
      await using target = await startHawserTarget(['--lun', 'ram:16M', '--trace', path]);
      port = target.portal.port;
      await toolOutput('iscsi-inq', [target.urls[0]!]);
      assert.equal(await target.stop('SIGTERM'), 0);
    }
    const { pdus, warnings } = await decodeCapture(path, port);
    assert.deepEqual(warnings, []);
    const seen = pdus.map(({ fromTarget, fields }) => `${fromTarget ? '<' : '>'} ${fields['iscsi.opcode']?.[0] ?? ''}`);
    assert.equal(seen[0], '> 0x03');
    for (const kind of ['< 0x23', '> 0x01', '< 0x25', '> 0x06', '< 0x26']) assert.ok(seen.includes(kind), kind);
    // The initiator made the connection, whoever wrote the trace.
    const syn = await toolOutput('tshark', [
      '-r',
      path,
      '-Y',
      'tcp.flags.syn==1 && tcp.flags.ack==0',
      '-T',
      'fields',
      '-e',
      'tcp.dstport',
    ]);
    assert.ok(
      syn
        .trim()
        .split('\n')
        .every((to) => to === String(port)),
    );
  });
});
