// Run as a process of its own by kills.test.ts: does one writing operation, or many, and is killed on the way.

import { openService, type Service } from 'hawser/service';
import { killOperations, targetName } from './kill-operations.ts';

const [, , stateDirectory = '', what = '', step = ''] = process.argv;

/** Adds and removes for as long as it lives, and says after each which record is there now. */
async function goOn(service: Service): Promise<never> {
  for (let round = 0; ; round += 1) {
    const targetName = `iqn.2026-11.test:round-${round}`;
    const loginOptions = { authType: 'chap', password: `password of ${round}` } as const;
    await service.addStaticTarget({ targetName });
    await service.addPersistentLogin({ targetName, loginOptions });
    process.stdout.write(`${round}\n`);
  }
}

/** Logs in for good to the target at a port of this host, and stays. */
async function stay(service: Service, port: number): Promise<void> {
  await service.addStaticTarget({ targetName, portals: [{ host: '127.0.0.1', port }] });
  const { sessionId } = await service.login({ targetName, isPersistent: true });
  process.stdout.write(`${sessionId}\n`);
  for await (const { id } of service.events()) process.stderr.write(id === '' ? 'an event without an id\n' : '');
}

let isArmed = false;
const reached = (at: string): void => {
  if (isArmed && at === step) process.kill(process.pid, 'SIGKILL');
};
const service = await openService({ stateDirectory, refreshIntervalMs: 0, storeHooks: { reached } });
if (what === 'goOn') await goOn(service);
if (what === 'stay') await stay(service, Number(step));
isArmed = true;
await killOperations[what]?.(service);
isArmed = false;
await service.close();
