// docs/ws-management.md: its examples do what they say, and its tables are whole.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { openService } from 'hawser/service';
import { listenTarget } from 'hawser/target';
import { openCimRepository, openWmi, openWsManagement } from 'hawser/wmi';
import { skipWithout } from '../../support/peers.ts';
import { inRepository } from '../../support/repository.ts';
import { runTool } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

const targetName = 'iqn.2026-11.test:page';
const password = 'a password of many bytes';

suite('docs/ws-management.md', () => {
  test('its commands work one after the other', { skip: skipWithout(['curl', 'xmllint']) }, async () => {
    await using folder = await makeTempDir();
    const device = createMemoryDevice(1024 * 1024);
    const listen = [{ host: '127.0.0.1', port: 0 }];
    await using target = await listenTarget({ name: targetName, luns: [{ lun: 0, device }], listen });
    await using service = await openService({ stateDirectory: folder.file('state') });
    const [portal = { host: '', port: 0 }] = target.portals;
    await service.addPortal({ host: portal.host, port: portal.port });
    await service.login({ targetName });
    const provider = openWmi({ service, adapters: service.adapters });
    try {
      await using server = await openWsManagement({
        repository: openCimRepository({ service, provider }),
        listen: { host: '127.0.0.1', port: 0 },
        credentials: { user: 'admin', password },
        version: '1',
      });
      const page = await readFile(inRepository('docs/ws-management.md'), 'utf8');
      const script = /```sh\n([^]*?)```/.exec(page)?.[1] ?? '';
      const env = { WSMAN_URL: server.url, WSMAN_PASSWORD: password, TARGET_NAME: targetName };
      const { status, stdout, stderr } = await runTool('bash', ['-euo', 'pipefail', '-c', script], { env });
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(stdout, /Fault>/);
      for (const expected of [
        /<wsmid:ProductVendor>Hawser</,
        new RegExp(`TargetName>${targetName}<`),
        /:DriverName>hawser</,
        /:MSiSCSI_Operations xsi:type/,
        /:LogoutFromTarget_OUTPUT>/,
      ]) {
        assert.match(stdout, expected);
      }
    } finally {
      provider.close();
    }
  });
});
