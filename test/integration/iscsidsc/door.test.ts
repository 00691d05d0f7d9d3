// The door over a socket where nobody answers, or nobody answers any more.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { openControlServer } from 'hawser/control';
import { connectIscsiDsc } from 'hawser/iscsidsc';
import { openLab } from '../service/service-lab.ts';
import { outOf, statusOf } from './dsc-lab.ts';

const token = '0123456789abcdef0123456789abcdef';

suite('the door over a socket', () => {
  test('GetIScsiVersionInformation: where no service is, the status is ISDSC_SERVICE_NOT_RUNNING', async () => {
    await using lab = await openLab();
    const socketPath = join(lab.directory, 'socket');
    await using dsc = connectIscsiDsc({ socketPath });
    assert.equal(await statusOf(dsc.GetIScsiVersionInformation()), 'ISDSC_SERVICE_NOT_RUNNING');
    const server = await openControlServer({ service: lab.service, socketPath });
    await outOf(dsc.GetIScsiVersionInformation());
    await server.close();
    assert.equal(await statusOf(dsc.GetIScsiVersionInformation()), 'ISDSC_SERVICE_NOT_RUNNING');
  });

  test('GetIScsiInitiatorNodeName: over TCP the token counts; without the right one it is ERROR_ACCESS_DENIED', async () => {
    await using lab = await openLab();
    await using server = await openControlServer({
      service: lab.service,
      listen: { host: '127.0.0.1', port: 0 },
      token,
    });
    const url = `http://127.0.0.1:${server.address?.port ?? 0}`;
    await using dsc = connectIscsiDsc({ url, token });
    await outOf(dsc.GetIScsiInitiatorNodeName());
    await using stranger = connectIscsiDsc({ url, token: token.replace('0', '1') });
    assert.equal(await statusOf(stranger.GetIScsiInitiatorNodeName()), 'ERROR_ACCESS_DENIED');
  });

  test('GetIScsiSessionList: a door that has been closed answers ERROR_OPERATION_ABORTED', async () => {
    await using lab = await openLab();
    const socketPath = join(lab.directory, 'socket');
    const server = await openControlServer({ service: lab.service, socketPath });
    const dsc = connectIscsiDsc({ socketPath });
    await outOf(dsc.GetIScsiSessionList());
    await dsc.close();
    assert.equal(await statusOf(dsc.GetIScsiSessionList()), 'ERROR_OPERATION_ABORTED');
    await server.close();
  });
});
