// What scenarios have in common: the refusals, and looks at the sessions with a target.

import assert from 'node:assert/strict';
import type { RefusalForms, SessionView } from './door.ts';
import type { Play } from './scenario.ts';

interface Expectation {
  readonly code: string;
  readonly forms: RefusalForms;
}

function expect(code: string, iscsidsc: string, CLI: number, HTTP: number): Expectation {
  return { code, forms: { iscsidsc, CLI, HTTP } };
}

type RefusalName =
  | 'noTarget'
  | 'loggedIn'
  | 'noSession'
  | 'noConnection'
  | 'last'
  | 'leading'
  | 'tooMany'
  | 'busy'
  | 'notProven'
  | 'noSecret'
  | 'noServer'
  | 'noPortal';

/** The refusals, as docs/iscsidsc.md, docs/errors.md and docs/openapi.json have them. */
export const refusal: Readonly<Record<RefusalName, Expectation>> = {
  noTarget: expect('SERVICE_TARGET_UNKNOWN', 'ISDSC_TARGET_NOT_FOUND', 114, 404),
  loggedIn: expect('SERVICE_TARGET_LOGGED_IN', 'ISDSC_TARGET_ALREADY_LOGGED_IN', 115, 409),
  noSession: expect('SERVICE_SESSION_UNKNOWN', 'ISDSC_INVALID_SESSION_ID', 116, 404),
  noConnection: expect('SERVICE_CONNECTION_UNKNOWN', 'ISDSC_INVALID_CONNECTION_ID', 117, 404),
  last: expect('ISCSI_LAST_CONNECTION', 'ISDSC_CANT_REMOVE_LAST_CONNECTION', 74, 409),
  leading: expect('ISCSI_LEADING_CONNECTION', 'ISDSC_CANNOT_REMOVE_LEADING_CONNECTION', 73, 409),
  tooMany: expect('ISCSI_TOO_MANY_CONNECTIONS', 'ISDSC_TOO_MANY_CONNECTIONS', 54, 409),
  busy: expect('ISCSI_DEVICE_BUSY', 'ISDSC_DEVICE_BUSY_ON_SESSION', 75, 409),
  notProven: expect('ISCSI_AUTH_FAILED', 'ISDSC_AUTHENTICATION_FAILURE', 51, 502),
  noSecret: expect('SERVICE_SECRET_MISSING', 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE', 93, 422),
  noServer: expect('SERVICE_SERVER_UNKNOWN', 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE', 120, 404),
  noPortal: expect('SERVICE_PORTAL_UNKNOWN', 'ISDSC_PORTAL_NOT_FOUND', 113, 404),
};

/** An id that is well formed and nobody's. */
export const strangeId = '4000013700000001-00000000deadbeef';

/** The sessions with the target. One door tells it for all: at each checkpoint they are held against each other. */
export async function sessionsWith({ http, target }: Play): Promise<SessionView[]> {
  const sessions = (await http.looks.sessions?.()) ?? [];
  return sessions.filter(({ targetName }) => targetName === target.targetName);
}

/** One of them. */
export async function sessionOf(play: Play, sessionId: string): Promise<SessionView> {
  const session = (await sessionsWith(play)).find((each) => each.sessionId === sessionId);
  assert.ok(session !== undefined, `there is no session ${sessionId}`);
  return session;
}

/** Makes the target known, where that is not what the scenario is about. */
export async function know({ http, target }: Play): Promise<void> {
  await http.addTarget(target.targetName, target.portal);
}
