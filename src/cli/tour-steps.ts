// The steps of the tour, in their order. Each does what it tells, and fails the tour when it turns out otherwise.

import { createHash } from 'node:crypto';
import type { Initiator, InitiatorSession } from '../adapter/index.ts';
import { BlockError, DeviceBusyError } from '../base/index.ts';
import type { DeviceHandle } from '../devices/index.ts';
import { formatSize } from './sizes.ts';
import { commandsOn, connectionsOf, refusal, require, until } from './tour-checks.ts';
import type { StepOutcome, TourGuide } from './tour-guide.ts';
import { fromMemory, type TourImage } from './tour-image.ts';
import { TourLoad } from './tour-load.ts';
import { loseAllConnections, loseConnection } from './tour-losses.ts';
import type { TourStage } from './tour-stage.ts';
import { fromDevice, type TransferOptions, toDevice, transfer } from './transfer.ts';

/** What all steps have in common. */
export interface Tour {
  readonly initiator: Initiator;
  readonly stage: TourStage;
  readonly image: TourImage;
  readonly guide: TourGuide;
  readonly signal: AbortSignal;
}

const holder = 'hawser tour';

/** Goes through all steps, from discovery to the empty target. */
export async function goThrough(tour: Tour): Promise<void> {
  await discover(tour);
  const session = await logIn(tour);
  const disk = await openTourDisk(tour, session);
  await moveImage(tour, disk);
  await changeConnections(tour, session, disk);
  await refuseConnections(tour, session);
  await leave(tour, session, disk);
}

/** What the stage is. */
export function describeStage({ target, portal, diskSize }: TourStage): StepOutcome {
  return {
    told: `${target.name} listens on ${portal.host}:${portal.port}, with a disk of ${formatSize(diskSize)} in a file`,
    facts: { target: target.name, portal, diskSize },
  };
}

async function discover({ initiator, stage, guide, signal }: Tour): Promise<void> {
  await guide.step('Discover targets', async () => {
    const { portal, chap, target } = stage;
    const targets = await initiator.discover({ portal, chap, signal });
    require(targets.length === 1 && targets[0]?.name === target.name, 'the target was not discovered');
    return { told: `SendTargets found ${target.name}`, facts: { targets } };
  });
}

async function logIn({ initiator, stage, guide, signal }: Tour): Promise<InitiatorSession> {
  const { session } = await guide.step('Log in', async () => {
    const { portal, chap, target } = stage;
    // Targets commonly have a connection that was lost wait for 2 s; that is long for who looks on.
    const offers = { defaultTime2Wait: 1 };
    const wishes = { portal, chap, targetName: target.name, connections: 2, lun: 0, offers, signal };
    const opened = await initiator.connect(wishes);
    require(opened.connections.length === 2, 'the session does not have two connections');
    return {
      session: opened,
      told: `Mutual CHAP, two connections, TSIH ${opened.tsih}; the target allows ${opened.parameters.maxConnections}`,
      facts: { tsih: opened.tsih, connections: 2, parameters: opened.parameters },
    };
  });
  return session;
}

async function openTourDisk({ guide }: Tour, session: InitiatorSession): Promise<DeviceHandle> {
  const { disk } = await guide.step('Open the disk', async () => {
    const handle = await session.openDisk(0, { label: holder });
    const { vendor, product, serial } = handle.disk.identity;
    return {
      disk: handle,
      told: `LUN 0 is a ${vendor} ${product}, serial number ${serial ?? 'unknown'}, ${formatSize(handle.size)}`,
      facts: { vendor, product, serial, size: handle.size },
    };
  });
  return disk;
}

async function moveImage({ guide, image, signal }: Tour, disk: DeviceHandle): Promise<void> {
  const options: TransferOptions = { depth: 8, chunkLength: 1_048_576, signal };
  await guide.step('Write an archive', async () => {
    const bytes = await transfer(fromMemory(image.bytes), toDevice(disk, 0, signal), options);
    await disk.flush({ signal });
    const told = `A tar archive of ${image.fileCount} files with random content, flushed\nSHA-256 ${image.sha256}`;
    return { told, bytes, facts: { files: image.fileCount, sha256: image.sha256 } };
  });
  await guide.step('Read it back', async () => {
    const hash = createHash('sha256');
    const onChunk: TransferOptions['onChunk'] = (chunk) => {
      hash.update(chunk.bytes);
    };
    const source = fromDevice(disk, 0, image.bytes.length);
    const bytes = await transfer(source, () => Promise.resolve(), { ...options, onChunk });
    const sha256 = hash.digest('hex');
    if (sha256 !== image.sha256) throw new BlockError('BLOCK_MISMATCH', 'The archive read back is not the one written');
    return { told: `SHA-256 ${sha256}: the same`, bytes, facts: { sha256 } };
  });
}

async function changeConnections(tour: Tour, session: InitiatorSession, disk: DeviceHandle): Promise<void> {
  const { guide, signal, image } = tour;
  const load = new TourLoad(disk, image.bytes, signal);
  const { cid } = await guide.step('Add a connection under load', async () => {
    await until(() => load.requests > 500, load, signal);
    const added = await session.addConnection(undefined, { signal });
    await until(() => commandsOn(session, added) >= 500, load, signal);
    const told = `Connection ${added} joined while requests ran, and has carried ${commandsOn(session, added)} of them`;
    return { cid: added, told, facts: { cid: added, connections: connectionsOf(session) } };
  });
  await guide.step('Remove it under load', async () => {
    const carried = commandsOn(session, cid);
    await session.removeConnection(cid);
    const { requests } = load;
    await until(() => load.requests > requests + 500, load, signal);
    const told = `Connection ${cid} was drained after ${carried} commands and logged out; the others go on`;
    return { told, facts: { cid, connections: connectionsOf(session) } };
  });
  await loseConnection(tour, session, load);
  await loseAllConnections(tour, session, load);
  await guide.step('Stop the load', async () => {
    await load.stop();
    const { requests, bytes } = load;
    return {
      told: `${requests} requests (${formatSize(bytes)}), every byte compared, none failed or was lost`,
      facts: { requests },
    };
  });
}

async function refuseConnections({ guide }: Tour, session: InitiatorSession): Promise<void> {
  const leading = session.connections.find(({ isLeading }) => isLeading)?.cid ?? 0;
  const second = session.connections.find(({ isLeading }) => !isLeading)?.cid ?? 0;
  await guide.step('Try to remove the leading connection', async () => {
    const error = await refusal('ISCSI_LEADING_CONNECTION', () => session.removeConnection(leading));
    return { told: `Refused: ${error.message} (${error.code})`, facts: { code: error.code } };
  });
  await guide.step('Try to remove the last connection', async () => {
    await session.removeConnection(second);
    const error = await refusal('ISCSI_LAST_CONNECTION', () => session.removeConnection(leading));
    return {
      told: `Connection ${second} went; then refused: ${error.message} (${error.code})`,
      facts: { code: error.code, connections: connectionsOf(session) },
    };
  });
}

async function leave({ guide, stage, signal }: Tour, session: InitiatorSession, disk: DeviceHandle): Promise<void> {
  await guide.step('Try to log out with the disk open', async () => {
    const error = await refusal('ISCSI_DEVICE_BUSY', () => session.logout());
    const holders = error instanceof DeviceBusyError ? error.holders : [];
    require(holders[0]?.label === holder, 'the refusal does not name the holder');
    return { told: `Refused: ${error.message} (${error.code})`, facts: { code: error.code, holders } };
  });
  await guide.step('Close the disk and log out', async () => {
    await disk.close();
    const { isClean, flushErrors } = await session.logout();
    require(isClean && flushErrors.length === 0, 'the logout was not clean');
    return { told: 'The target confirmed the logout; caches were flushed before', facts: { isClean } };
  });
  await guide.step('Look at the target', async () => {
    const { target } = stage;
    await until(() => target.sessions().length === 0 && target.connectionCount === 0, undefined, signal);
    return { told: 'It has no session and no connection left', facts: { sessions: 0, connections: 0 } };
  });
}
