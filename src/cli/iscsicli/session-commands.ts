// The iscsicli commands for sessions and their connections.

import { type IscsicliCommand, outcome } from './command.ts';
import { ISCSI_ANY_INITIATOR_PORT } from './header-values.ts';
import { factLines, formatId } from './layout.ts';
import {
  loginOptionNames,
  mappingNames,
  readLogin,
  readLoginOptions,
  readPortal,
  readPortNumber,
  readUser,
  usualSocket,
} from './login-values.ts';
import { keepLogin } from './persistent-login.ts';
import { listSessions } from './session-list.ts';

const loginNames =
  'TargetName ReportToPNP PortalAddress PortalSocket InitiatorInstance PortNumber SecurityFlags ' +
  `${loginOptionNames} Key ${mappingNames}`;

export const sessionCommands: readonly IscsicliCommand[] = [
  {
    name: 'LoginTarget',
    values: loginNames,
    parse: (values) => {
      const { targetName, isInformational, portal, instance, port, ...login } = readLogin(values);
      const { securityFlags, mappings, options, key } = login;
      const first = [targetName, isInformational, instance, port, portal] as const;
      return async ({ dsc }) =>
        outcome(await dsc.LoginIScsiTarget(...first, securityFlags, mappings, options, key, false), showIds);
    },
  },
  {
    name: 'PersistentLoginTarget',
    values: loginNames,
    parse: (values) => {
      const login = readLogin(values);
      return async ({ service }) => await keepLogin(service, login);
    },
  },
  {
    name: 'QLoginTarget',
    values: 'TargetName [Username Password]',
    parse: (values) => {
      const name = values.text('TargetName');
      const user = readUser(values);
      return async ({ dsc }) => {
        const any = [null, ISCSI_ANY_INITIATOR_PORT, null, 0, null] as const;
        return outcome(await dsc.LoginIScsiTarget(name, false, ...any, user, null, false), showIds);
      };
    },
  },
  {
    name: 'LogoutTarget',
    values: 'SessionId',
    parse: (values) => {
      const id = values.id('SessionId');
      return async ({ dsc }) => outcome(await dsc.LogoutIScsiTarget(id));
    },
  },
  {
    name: 'SessionList',
    values: '[ShowSessionInfo]',
    parse: (values) => {
      const showsAll = values.optionalBoolean('ShowSessionInfo') ?? true;
      return async ({ dsc }) => await listSessions(dsc, showsAll);
    },
  },
  {
    name: 'AddConnection',
    values:
      'SessionId InitiatorInstance PortNumber PortalAddress PortalSocket SecurityFlags ' + `${loginOptionNames} Key`,
    parse: (values) => {
      const id = values.id('SessionId');
      // Another instance than the session's cannot be had, so the call has no place for one.
      values.optionalText('InitiatorInstance');
      const port = readPortNumber(values);
      const portal = readPortal(values) ?? values.refuse('PortalAddress is missing');
      const security = values.optionalNumber('SecurityFlags') ?? 0;
      const options = readLoginOptions(values);
      const key = values.optionalText('Key') ?? null;
      return async ({ dsc }) =>
        outcome(await dsc.AddIScsiConnection(id, null, port, portal, security, options, key), showConnection);
    },
  },
  {
    name: 'QAddConnection',
    values: 'SessionId InitiatorInstance PortalAddress [Username Password]',
    parse: (values) => {
      const id = values.id('SessionId');
      values.optionalText('InitiatorInstance');
      const portal = { Address: values.text('PortalAddress'), Socket: usualSocket };
      const user = readUser(values);
      return async ({ dsc }) => {
        const added = await dsc.AddIScsiConnection(id, null, ISCSI_ANY_INITIATOR_PORT, portal, 0, user, null);
        return outcome(added, showConnection);
      };
    },
  },
  {
    name: 'RemoveConnection',
    values: 'SessionId ConnectionId',
    parse: (values) => {
      const session = values.id('SessionId');
      const connection = values.id('ConnectionId');
      return async ({ dsc }) => outcome(await dsc.RemoveIScsiConnection(session, connection));
    },
  },
];

type Id = Parameters<typeof formatId>[0];

function showIds(out: { readonly UniqueSessionId: Id; readonly UniqueConnectionId: Id }): string[] {
  return factLines([
    ['Session Id', formatId(out.UniqueSessionId)],
    ['Connection Id', formatId(out.UniqueConnectionId)],
  ]);
}

function showConnection({ ConnectionId }: { readonly ConnectionId: Id }): string[] {
  return factLines([['Connection Id', formatId(ConnectionId)]]);
}
