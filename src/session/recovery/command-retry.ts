// Command retry (RFC 7143 §7.2.1): the same command again, to fill a gap that its loss left in the command numbers.

import { channels } from '../../base/index.ts';
import type { Member } from '../roster.ts';
import type { ScsiTask } from '../scsi-task.ts';
import { sendCommand } from '../send-command.ts';
import type { SessionContext } from '../session-context.ts';

/** How often a command is sent again before it is left to its time limit. */
const mostRetries = 3;

/**
 * Sends a command again with its CmdSN, tag, flags and data, on its own connection (§7.2.1), unless the target has it or it
 * has been sent again too often. A duplicate does no harm: the target ignores it (§4.2.2.1). Returns whether it was sent.
 *
 * Numbers that come round again are no danger (§10.4): other commands follow on the connection long before 2^31 of them.
 */
export function retryCommand(context: SessionContext, task: ScsiTask, member: Member): boolean {
  // Data or an R2T acknowledge a command as ExpCmdSN does (§7.1.4.2).
  const isAcknowledged = task.expDataSn > 0 || context.window.hasArrived(task.cmdSn);
  if (task.state !== 'sent' || isAcknowledged || task.retries >= mostRetries) return false;
  task.retries += 1;
  member.retriesSent += 1;
  sendCommand(task, member);
  const { initiatorTaskTag, cmdSn } = task;
  const { sessionId, cid } = member.connection;
  channels.commandRetried.publish({ sessionId, cid, initiatorTaskTag, cmdSn });
  return true;
}
