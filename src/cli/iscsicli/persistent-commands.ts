// The iscsicli commands for logins and devices that are kept over restarts.

import type { PERSISTENT_ISCSI_LOGIN_INFO } from '../../iscsidsc/index.ts';
import { type IscsicliCommand, outcome } from './command.ts';
import {
  factLines,
  formatHex,
  formatPortNumber,
  indented,
  listLines,
  loginOptionFacts,
  mappingLines,
  orAny,
} from './layout.ts';
import { readPortal, readPortNumber } from './login-values.ts';

/** What RemovePersistentTarget gives for a login that may go through any portal. */
const anyPortal = { Address: '', Socket: 0 };

export const persistentCommands: readonly IscsicliCommand[] = [
  {
    name: 'ListPersistentTargets',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportIScsiPersistentLogins(), ({ PersistentLoginInfo }) =>
          listLines('persistent target', PersistentLoginInfo, showLogin),
        ),
  },
  {
    name: 'RemovePersistentTarget',
    values: 'InitiatorName TargetName PortNumber PortalAddress PortalSocket',
    parse: (values) => {
      const instance = values.optionalText('InitiatorName') ?? null;
      const name = values.text('TargetName');
      const port = readPortNumber(values);
      const portal = readPortal(values) ?? anyPortal;
      return async ({ dsc }) => outcome(await dsc.RemoveIScsiPersistentTarget(instance, port, name, portal));
    },
  },
  {
    name: 'BindPersistentVolumes',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.SetupPersistentIScsiVolumes()),
  },
  {
    name: 'BindPersistentDevices',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.SetupPersistentIScsiDevices()),
  },
  {
    name: 'ReportPersistentDevices',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportPersistentIScsiDevices(), ({ Buffer: paths }) => [
          'Persistent Devices:',
          ...indented(paths),
        ]),
  },
  {
    name: 'AddPersistentDevice',
    values: 'DevicePath',
    parse: (values) => {
      const path = values.text('DevicePath');
      return async ({ dsc }) => outcome(await dsc.AddPersistentIScsiDevice(path));
    },
  },
  {
    name: 'RemovePersistentDevice',
    values: 'DevicePath',
    parse: (values) => {
      const path = values.text('DevicePath');
      return async ({ dsc }) => outcome(await dsc.RemovePersistentIScsiDevice(path));
    },
  },
  {
    name: 'ClearPersistentDevices',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ClearPersistentIScsiDevices()),
  },
];

function showLogin(login: PERSISTENT_ISCSI_LOGIN_INFO): string[] {
  const { Address, Socket } = login.TargetPortal;
  return [
    ...factLines([
      ['Target Name', login.TargetName],
      ['Address and Socket', Address === '' ? '*' : `${Address} ${Socket}`],
      ['Session Type', login.IsInformationalSession ? 'Informational' : 'Data'],
      ['Initiator Name', orAny(login.InitiatorInstance)],
      ['Port Number', formatPortNumber(login.InitiatorPortNumber)],
      ['Security Flags', formatHex(login.SecurityFlags)],
      ...loginOptionFacts(login.LoginOptions),
    ]),
    ...(login.Mappings === null ? [] : mappingLines(login.Mappings)),
  ];
}
