// WS-Management asked by Debian's wsl, "Wsman Shell Command Line": Dell's scripts around curl and xmllint.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { skipWithout } from '../support/peers.ts';
import { runTool } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { openWsmanBench, textsAt, type WsmanBench } from '../support/wsman-bench.ts';
import { cimUri, thingUri, wqlDialect } from '../support/wsman-envelopes.ts';

/** The scripts put the password into a shell's words. */
const credentials = { user: 'admin', password: 'no-blanks-in-this' };
const thing = `${cimUri}MSiSCSI_Thing`;

/** Runs one of the scripts, in a folder of its own; `response` is the last answer that came. */
async function wsl(
  { server }: WsmanBench,
  script: string,
  args: readonly string[],
): Promise<{ readonly status: number | undefined; readonly stdout: string; readonly response: string }> {
  await using folder = await makeTempDir();
  await writeFile(folder.file('.wsl-config'), 'WSNOSSL=true\nKEEPHISTORY=0\n');
  const env = {
    HOME: folder.file(''),
    TMPDIR: folder.file(''),
    WSENDPOINT: `127.0.0.1:${server.port}`,
    WSUSER: credentials.user,
    WSPASS: credentials.password,
    OUTLEVEL: '1',
  };
  const { status, stdout } = await runTool(script, args, { env, cwd: folder.file('') });
  return { status, stdout, response: await readFile(folder.file('response.xml'), 'utf8') };
}

suite('wsl', { skip: skipWithout(['wslid', 'wslenum', 'wslinvoke', 'curl', 'xmllint', 'uuidgen']) }, () => {
  test('wslid: who is there', async () => {
    await using bench = await openWsmanBench({ credentials });
    const { response } = await wsl(bench, 'wslid', ['check']);
    assert.deepEqual(textsAt(response, 'Envelope/Body/IdentifyResponse/ProductVendor'), ['Hawser']);
  });

  test('wslget: one instance by its key', async () => {
    await using bench = await openWsmanBench({ credentials });
    const key = 'InstanceName=Root\\ISCSIPRT\\0000_0 B';
    const { status, response } = await wsl(bench, 'wslget', [thing, key, '__cimnamespace=root/wmi']);
    assert.deepEqual(textsAt(response, 'Envelope/Body/MSiSCSI_Thing/Count'), ['20']);
    assert.equal(status, 1, 'it looks for the last selector in the answer, and __cimnamespace is none of the class');
  });

  test('wslenum: every instance, one a Pull, and optimized', async () => {
    await using bench = await openWsmanBench({ credentials });
    const one = await wsl(bench, 'wslenum', [thing, '-ns', 'root/wmi']);
    const names = [...one.stdout.matchAll(/0000_0 ([ABC])</g)].map(([, letter]) => letter);
    assert.deepEqual(names, ['A', 'B', 'C']);
    assert.equal(bench.server.counts.enumerations, 0);
    const all = await wsl(bench, 'wslenum', [thing, '-ns', 'root/wmi', '-opti', '99']);
    assert.equal(textsAt(all.response, 'Envelope/Body/EnumerateResponse/Items/MSiSCSI_Thing/Count').length, 3);
  });

  test('wslenum: WQL, references, and CQL that is refused by its name', async () => {
    await using bench = await openWsmanBench({ credentials });
    const filter = ['-filter', 'select * from MSiSCSI_Thing where Count=30', '-opti', '9'];
    const found = await wsl(bench, 'wslenum', [thingUri, '-dialect', wqlDialect, ...filter]);
    assert.deepEqual(textsAt(found.response, 'Envelope/Body/EnumerateResponse/Items/MSiSCSI_Thing/Count'), ['30']);
    const references = await wsl(bench, 'wslenum', [thingUri, '-mode', 'epr', '-opti', '9']);
    const path = 'Envelope/Body/EnumerateResponse/Items/EndpointReference/ReferenceParameters/ResourceURI';
    assert.deepEqual(textsAt(references.response, path), [thingUri, thingUri, thingUri]);
    const cql = await wsl(bench, 'wslenum', [thingUri, ...filter]);
    assert.match(cql.response, /CQL is not supported; WQL is/);
  });

  test('wslinvoke: a method of the instance that a reference names', async () => {
    await using bench = await openWsmanBench({ credentials });
    await using folder = await makeTempDir();
    const epr = folder.file('epr.xml');
    // The script reads the file with a shell's `read`, which takes a backslash for its own.
    await writeFile(
      epr,
      `<wsa:EndpointReference>\n<wsa:ReferenceParameters>\n<wsman:ResourceURI>${thingUri}</wsman:ResourceURI>\n` +
        '<wsman:SelectorSet>\n<wsman:Selector Name="InstanceName">Root\\\\ISCSIPRT\\\\0000_0 A</wsman:Selector>\n' +
        '</wsman:SelectorSet>\n</wsa:ReferenceParameters>\n</wsa:EndpointReference>\n',
    );
    const args = [thingUri, 'LogoutFromTarget', 'UniqueSessionId=18446673706039115777', '-inst', epr];
    const { status, response } = await wsl(bench, 'wslinvoke', args);
    assert.equal(status, 0);
    assert.deepEqual(textsAt(response, 'Envelope/Body/LogoutFromTarget_OUTPUT/Status'), ['0']);
    assert.equal(bench.world.calls[0]?.name, 'LogoutFromTarget');
  });
});
