// What each connection of a session carried between two moments.

import type { ConnectionFacts, ConnectionRole } from '../session/index.ts';
import { formatSize } from './sizes.ts';
import { formatTable } from './table.ts';

/** What one connection carried. */
export interface ConnectionShare {
  readonly cid: number;
  readonly address: string;
  /** At the end. */
  readonly role: ConnectionRole;
  readonly commands: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Of all commands of the session, from 0 to 1. */
  readonly commandShare: number;
  /** Of all bytes of the session, from 0 to 1. */
  readonly byteShare: number;
}

/** The shares of the connections that are there `after`. One that joined meanwhile counts from its beginning. */
export function sharesOf(before: readonly ConnectionFacts[], after: readonly ConnectionFacts[]): ConnectionShare[] {
  const earlier = new Map(before.map((connection) => [connection.cid, connection]));
  const counts = after.map(({ cid, address, role, tasksSent, bytesRead, bytesWritten }) => {
    const start = earlier.get(cid);
    return {
      cid,
      address,
      role,
      commands: since(tasksSent, start?.tasksSent),
      bytesRead: since(bytesRead, start?.bytesRead),
      bytesWritten: since(bytesWritten, start?.bytesWritten),
    };
  });
  const commands = counts.reduce((sum, count) => sum + count.commands, 0);
  const bytes = counts.reduce((sum, count) => sum + count.bytesRead + count.bytesWritten, 0);
  return counts.map((count) => ({
    ...count,
    commandShare: commands === 0 ? 0 : count.commands / commands,
    byteShare: bytes === 0 ? 0 : (count.bytesRead + count.bytesWritten) / bytes,
  }));
}

/** The shares as a table. */
export function formatShares(shares: readonly ConnectionShare[]): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return formatTable(
    ['CID', 'PORTAL', 'ROLE', 'COMMANDS', 'SHARE', 'READ', 'WRITTEN', 'SHARE'],
    shares.map(({ cid, address, role, commands, bytesRead, bytesWritten, commandShare, byteShare }) => [
      cid,
      address,
      role,
      commands,
      percent(commandShare),
      formatSize(bytesRead),
      formatSize(bytesWritten),
      percent(byteShare),
    ]),
    [0, 3, 4, 5, 6, 7],
  );
}

/** A connection that was lost and came back under its CID may have begun to count anew. */
function since(now: number, start = 0): number {
  return now >= start ? now - start : now;
}
