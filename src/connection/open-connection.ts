// Opening a connection: transport, then login, under one deadline each. A ready connection comes out, or nothing.

import { asIscsiError, type Clock, TimeoutError, withDeadline } from '../base/index.ts';
import { type LoginOptions, startLogin } from '../login/index.ts';
import type { CircuitWay } from './circuit-way.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { ConnectionState } from './connection-states.ts';
import type { LoginOutcome } from './login-phase.ts';

const beforeFullFeature: readonly ConnectionState[] = ['free', 'xptWait', 'inLogin'];

/** What to open: a way to the portal, a login, and whom the connection will work for. */
export interface OpenConnectionOptions {
  readonly sessionId: number;
  readonly way: CircuitWay;
  readonly login: LoginOptions;
  readonly owner: ConnectionOwner;
}

/** The limits of opening a connection. */
export interface OpenConnectionLimits {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly loginTimeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects and logs in. Resolves with the connection in full feature phase, or with the redirect that the target
 * answered; rejects with TransportError, TimeoutError, LoginError, ProtocolError or the signal's reason, and then leaves
 * nothing open. A signal that is aborted after the last answer of the login comes too late.
 */
export async function openConnection(
  options: OpenConnectionOptions,
  limits: OpenConnectionLimits,
): Promise<{ connection: Connection; outcome: LoginOutcome }> {
  const { sessionId, way, owner } = options;
  const connection = new Connection({
    sessionId,
    way,
    owner,
    cid: options.login.cid,
    login: startLogin(options.login),
    verifier: options.login.auth.chap?.mutual?.verify,
  });
  const { clock, connectTimeoutMs, loginTimeoutMs } = limits;
  const tooLate = (): TimeoutError =>
    new TimeoutError(
      'ISCSI_LOGIN_TIMEOUT',
      `The login at ${connection.address} did not finish in ${loginTimeoutMs} ms`,
      {
        operation: 'login',
        limitMs: loginTimeoutMs,
      },
    );
  let loggingIn: Promise<LoginOutcome> | undefined;
  try {
    const outcome = await withDeadline(clock, loginTimeoutMs, tooLate, limits.signal, async (signal) => {
      loggingIn = connection.logIn({ connectTimeoutMs, signal });
      return await loggingIn;
    });
    return { connection, outcome };
  } catch (error) {
    // The login had succeeded in the same moment: its owner has a connection now, which is not ours to end.
    if (loggingIn !== undefined && !beforeFullFeature.includes(connection.state)) {
      return { connection, outcome: await loggingIn };
    }
    connection.fail(asIscsiError(error));
    await connection.released();
    throw error;
  }
}
