// The steps of the tour that log out: refused while somebody holds a device, in this process or elsewhere, and safe then.

import { DeviceBusyError } from '../../base/index.ts';
import type { DeviceHandle } from '../../devices/index.ts';
import { openIscsiDsc, statusFacts } from '../../iscsidsc/index.ts';
import type { UniqueId } from '../../service/index.ts';
import { describeHolder } from '../failure.ts';
import { refusal, require } from './checks.ts';
import type { Tour } from './context.ts';
import { tourHolder } from './data.ts';

/** What holds a device of the second target. */
const elsewhere = 'nightly backup';

/** A logout is refused while the disk is open, and goes well when it is closed. */
export async function logOutSafely(
  { running, guide, signal }: Tour,
  sessionId: UniqueId,
  disk: DeviceHandle,
): Promise<void> {
  const { client } = running;
  await guide.step('Try to log out with the disk open', async () => {
    const error = await refusal('ISCSI_DEVICE_BUSY', () => client.logout({ sessionId }, { signal }));
    const holders = error instanceof DeviceBusyError ? error.holders : [];
    require(holders[0]?.label === tourHolder, 'the refusal does not name the holder');
    return { told: `Refused: ${error.message} (${error.code})`, facts: { code: error.code, holders } };
  });
  await guide.step('Close the disk and log out', async () => {
    await disk.close();
    const { isClean, flushErrors } = await client.logout({ sessionId }, { signal });
    require(isClean && flushErrors.length === 0, 'the logout was not clean');
    return { told: 'The target confirmed the logout; caches were flushed before', facts: { isClean } };
  });
}

/** The same through the calls of iscsidsc.h, with a device that is held for another process. */
export async function logOutByLibrary({ running, stage, guide, signal }: Tour, sessionId: UniqueId): Promise<void> {
  const { client } = running;
  const library = openIscsiDsc(client);
  const path = `${stage.side.target.name}/0`;
  const { holdId, id } = await guide.step('Hold a device, call LogoutIScsiTarget', async () => {
    const hold = await client.holdDevice({ path, label: elsewhere, leaseMs: 60_000 }, { signal });
    const list = await library.GetIScsiSessionList();
    const info = list.SessionInfo?.find(({ TargetNodeName }) => TargetNodeName === stage.side.target.name);
    require(info !== undefined, 'the session is not in the list of GetIScsiSessionList');
    const { Status, ...answer } = await library.LogoutIScsiTarget(info.SessionId);
    const cause = 'Cause' in answer ? answer.Cause : undefined;
    const [holder] = cause instanceof DeviceBusyError ? cause.holders : [];
    require(holder?.label === elsewhere, 'the refusal does not name the hold');
    const told = `${nameOf(Status)} (${hex(Status)}): ${describeHolder(holder)}; the hold would end after a minute`;
    return { ...hold, id: info.SessionId, told, facts: { status: nameOf(Status), hold } };
  });
  await guide.step('Release it, call again', async () => {
    await client.releaseHold({ holdId }, { signal });
    const { Status } = await library.LogoutIScsiTarget(id);
    require(Status === 0, `LogoutIScsiTarget answered ${nameOf(Status)}`);
    const ids = (await client.sessions({ signal })).map((session) => session.sessionId);
    require(!ids.includes(sessionId), 'the session is still there');
    return { told: `${nameOf(Status)}: no session is left`, facts: { status: nameOf(Status), sessions: ids.length } };
  });
}

function nameOf(status: number): string {
  return statusFacts(status)?.name ?? hex(status);
}

function hex(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(8, '0')}`;
}
