// The iscsicli commands for targets and for where they are learned of.

import type { Answer, ISCSI_TARGET_PORTAL_INFO_EX, TargetPortalInput } from '../../iscsidsc/index.ts';
import { type IscsicliCommand, type Outcome, outcome } from './command.ts';
import { ISCSI_ANY_INITIATOR_PORT } from './header-values.ts';
import { factLines, formatHex, formatPortNumber, indented, listLines, loginOptionFacts, orAny } from './layout.ts';
import {
  loginOptionNames,
  mappingNames,
  readLoginOptions,
  readMappings,
  readPortal,
  readPortNumber,
  readUser,
  usualSocket,
} from './login-values.ts';
import { showTarget } from './target-info.ts';
import type { Values } from './values.ts';

/** A portal with the instance that asks it and its port. */
interface PortalPlace {
  readonly portal: TargetPortalInput;
  readonly instance: string | null;
  readonly port: number;
}

const readPortalPlace = (values: Values, has: { readonly instance: boolean; readonly port: boolean }): PortalPlace => {
  const portal = { Address: values.text('Address'), Socket: values.optionalNumber('Socket') ?? usualSocket };
  const instance = has.instance ? (values.optionalText('HBA') ?? null) : null;
  return { portal, instance, port: has.port ? readPortNumber(values) : ISCSI_ANY_INITIATOR_PORT };
};

const placeNames = 'Address Socket [HBA] [PortNumber]';
const all = { instance: true, port: true } as const;

export const targetCommands: readonly IscsicliCommand[] = [
  {
    name: 'AddTarget',
    values: `TargetName TargetAlias PortalAddress PortalSocket TargetFlags Persist ${loginOptionNames} ${mappingNames}`,
    parse: (values) => {
      const name = values.text('TargetName');
      const alias = values.optionalText('TargetAlias') ?? null;
      const portal = readPortal(values);
      const flags = values.optionalNumber('TargetFlags') ?? 0;
      const persist = values.optionalBoolean('Persist') ?? true;
      const options = readLoginOptions(values);
      const mappings = readMappings(values);
      const group = portal === null ? null : { Portals: [portal] };
      return async ({ dsc }) =>
        outcome(await dsc.AddIScsiStaticTarget(name, alias, flags, persist, mappings, options, group));
    },
  },
  {
    name: 'RemoveTarget',
    values: 'TargetName',
    parse: (values) => {
      const name = values.text('TargetName');
      return async ({ dsc }) => outcome(await dsc.RemoveIScsiStaticTarget(name));
    },
  },
  {
    name: 'AddTargetPortal',
    values: `${placeNames} SecurityFlags ${loginOptionNames}`,
    parse: (values) => {
      const { portal, instance, port } = readPortalPlace(values, placesOf(values));
      const security = values.optionalNumber('SecurityFlags') ?? 0;
      const options = readLoginOptions(values);
      return async ({ dsc }) => outcome(await dsc.AddIScsiSendTargetPortal(instance, port, options, security, portal));
    },
  },
  {
    name: 'RemoveTargetPortal',
    values: placeNames,
    parse: (values) => {
      const { portal, instance, port } = readPortalPlace(values, all);
      return async ({ dsc }) => outcome(await dsc.RemoveIScsiSendTargetPortal(instance, port, portal));
    },
  },
  {
    name: 'RefreshTargetPortal',
    values: placeNames,
    parse: (values) => {
      const { portal, instance, port } = readPortalPlace(values, all);
      return async ({ dsc }) => outcome(await dsc.RefreshIScsiSendTargetPortal(instance, port, portal));
    },
  },
  {
    name: 'ListTargets',
    values: '[ForceUpdate]',
    parse: (values) => {
      const force = values.optionalBoolean('ForceUpdate') ?? false;
      return async ({ dsc }) => listNames(await dsc.ReportIScsiTargets(force));
    },
  },
  {
    name: 'ListTargetPortals',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportIScsiSendTargetPortalsEx(), ({ PortalInfo }) =>
          listLines('portal', PortalInfo, showPortal),
        ),
  },
  {
    name: 'TargetInfo',
    values: 'TargetName [DiscoveryMechanism]',
    parse: (values) => {
      const name = values.text('TargetName');
      const mechanism = values.optionalText('DiscoveryMechanism');
      return async ({ dsc }) => await showTarget(dsc, name, mechanism);
    },
  },
  {
    name: 'QAddTarget',
    values: 'TargetName PortalAddress',
    parse: (values) => {
      const name = values.text('TargetName');
      const Address = values.optionalText('PortalAddress');
      const group = Address === undefined ? null : { Portals: [{ Address, Socket: usualSocket }] };
      return async ({ dsc }) => outcome(await dsc.AddIScsiStaticTarget(name, null, 0, true, null, null, group));
    },
  },
  {
    name: 'QAddTargetPortal',
    values: 'Address [Username Password]',
    parse: (values) => {
      const portal = { Address: values.text('Address'), Socket: usualSocket };
      const user = readUser(values);
      return async ({ dsc }) =>
        outcome(await dsc.AddIScsiSendTargetPortal(null, ISCSI_ANY_INITIATOR_PORT, user, 0, portal));
    },
  },
];

/** Where not every source of discovery has answered, what the others know is there all the same. */
function listNames(answer: Answer<{ readonly Buffer: readonly string[] }>): Outcome {
  const { Buffer: names } = answer;
  return { answer, lines: names === undefined ? [] : ['Targets List:', ...indented(names)] };
}

/** AddTargetPortal leaves HBA and PortNumber out of its middle: how many values there are says which are meant. */
function placesOf(values: Values): { readonly instance: boolean; readonly port: boolean } {
  const withoutBoth = 12;
  return {
    instance: values.left !== withoutBoth,
    port: values.left !== withoutBoth && values.left !== withoutBoth + 1,
  };
}

function showPortal(portal: ISCSI_TARGET_PORTAL_INFO_EX): string[] {
  return factLines([
    ['Address and Socket', `${portal.Address} ${portal.Socket}`],
    ['Symbolic Name', portal.SymbolicName],
    ['Initiator Name', orAny(portal.InitiatorName)],
    ['Port Number', formatPortNumber(portal.InitiatorPortNumber)],
    ['Security Flags', formatHex(portal.SecurityFlags)],
    ...loginOptionFacts(portal.LoginOptions),
  ]);
}
