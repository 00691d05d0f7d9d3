// Run as a process of its own by kills-under-load.test.ts: a service with clients that change what it keeps, log in and out,
// and write to disks, until it is killed.
//
//   load-child.js DIRECTORY FROM   opens the service of DIRECTORY; everything that is written is numbered, from FROM on
//
// Says "open", then "ready" with what it found as JSON, waits for a word on its standard input, and says then, of each change of each client, "begin NAME NUMBER" and
// "done NAME NUMBER"; all at once: what has been heard was said before anything that came later was done.

import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { argv, stdin } from 'node:process';
import { openService, type Service } from 'hawser/service';
import {
  blockOf,
  busyName,
  keptName,
  type LoadReport,
  loadLimits,
  placesOf,
  spareName,
  writersEach,
} from './load-places.ts';

const [, , directory = '', from = '0'] = argv;
let last = Number(from);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** One change, told before and after. */
async function tell(name: string, change: (number: number) => Promise<unknown>): Promise<void> {
  last += 1;
  const number = last;
  say(`begin ${name} ${number}`);
  await change(number);
  say(`done ${name} ${number}`);
}

async function changeSettings(service: Service): Promise<void> {
  for (;;) {
    await tell('alias', (number) => service.setInitiator({ alias: String(number) }));
    await tell('chap', (number) => service.setChapSecret({ secret: `CHAP secret ${number}` }));
  }
}

async function changeTargets(service: Service): Promise<void> {
  for (;;) {
    await tell('target', (number) => service.addStaticTarget({ targetName: spareName, targetAlias: String(number) }));
    await tell('target away', () => service.removeStaticTarget({ targetName: spareName }));
  }
}

async function comeAndGo(service: Service): Promise<void> {
  for (;;) {
    if ((await service.persistentLogins()).every(({ targetName }) => targetName !== busyName)) {
      await tell('login', () => service.login({ targetName: busyName, isPersistent: true }));
    }
    // A session that its persistent login does not look after is one that nothing would bring back.
    for (const { sessionId, targetName } of await service.sessions()) {
      if (targetName === busyName) await service.logout({ sessionId });
    }
    await tell('login away', () => service.removePersistentLogin({ targetName: busyName }));
  }
}

async function write(service: Service, sessionId: string, place: number): Promise<void> {
  const disk = await service.openDisk(sessionId, 0, { label: `writer ${place}` });
  const { offset, name } = placesOf(place);
  for (;;) await tell(name, (number) => disk.write(offset, blockOf(number)));
}

const service = await openService({
  stateDirectory: directory,
  refreshIntervalMs: 0,
  sessionDefaults: { limits: loadLimits },
});
say('open');
await service.ready;
const sessions = await service.sessions();
const report: LoadReport = {
  state: await service.exportState({ includesSecrets: true }),
  logins: await service.persistentLogins(),
  sessions,
};
say(`ready ${JSON.stringify(report)}`);
await once(stdin, 'data');
const kept = sessions.filter(({ targetName }) => targetName === keptName);
const writers = kept.flatMap(({ sessionId }, index) => {
  return Array.from({ length: writersEach }, (_, writer) => write(service, sessionId, index * writersEach + writer));
});
await Promise.all([changeSettings(service), changeTargets(service), comeAndGo(service), ...writers]);
