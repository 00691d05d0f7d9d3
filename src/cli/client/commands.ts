// The service, and all commands that ask it.

import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addIscsicli } from '../iscsicli/iscsicli.ts';
import { addService } from '../service/service.ts';
import { addConnections } from './connections.ts';
import { addDevices } from './devices.ts';
import { addEvents } from './events.ts';
import { addInitiator } from './initiator.ts';
import { addIsns } from './isns.ts';
import { addLogin } from './login.ts';
import { addLogout } from './logout.ts';
import { addPersistent } from './persistent.ts';
import { addPortals } from './portals.ts';
import { addRadius } from './radius.ts';
import { addSecrets } from './secrets.ts';
import { addSession, addSessions } from './sessions.ts';
import { addStatus } from './status.ts';
import { addTargets } from './targets.ts';

/** Adds the service itself and every command that asks it. */
export function addServiceCommands(program: Command, context: CommandContext): void {
  addService(program, context);
  addStatus(program, context);
  addPortals(program, context);
  addTargets(program, context);
  addIsns(program, context);
  addLogin(program, context);
  addLogout(program, context);
  addSessions(program, context);
  addSession(program, context);
  addConnections(program, context);
  addDevices(program, context);
  addPersistent(program, context);
  addSecrets(program, context);
  addRadius(program, context);
  addInitiator(program, context);
  addEvents(program, context);
  addIscsicli(program, context);
}
