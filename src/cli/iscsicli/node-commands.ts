// The iscsicli commands for the node, for iSNS servers and for secrets.

import { type IscsicliCommand, outcome } from './command.ts';
import { ISCSI_ANY_INITIATOR_PORT, IKE_AUTHENTICATION_PRESHARED_KEY_METHOD as pskMethod } from './header-values.ts';
import { factLines, formatHex, indented } from './layout.ts';
import type { Values } from './values.ts';

export const nodeCommands: readonly IscsicliCommand[] = [
  {
    name: 'ListInitiators',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportIScsiInitiatorList(), ({ Buffer: names }) => ['Initiators List:', ...indented(names)]),
  },
  {
    name: 'NodeName',
    values: 'NodeName',
    parse: (values) => {
      const name = values.optionalText('NodeName') ?? null;
      return async ({ dsc }) => outcome(await dsc.SetIScsiInitiatorNodeName(name));
    },
  },
  {
    name: 'AddiSNSServer',
    values: 'Address',
    parse: (values) => {
      const address = values.text('Address');
      return async ({ dsc }) => outcome(await dsc.AddISNSServer(address));
    },
  },
  {
    name: 'RemoveiSNSServer',
    values: 'Address',
    parse: (values) => {
      const address = values.text('Address');
      return async ({ dsc }) => outcome(await dsc.RemoveISNSServer(address));
    },
  },
  {
    name: 'RefreshiSNSServer',
    values: 'Address',
    parse: (values) => {
      const address = values.text('Address');
      return async ({ dsc }) => outcome(await dsc.RefreshISNSServer(address));
    },
  },
  {
    name: 'ListiSNSServers',
    values: '',
    parse:
      () =>
      async ({ dsc }) =>
        outcome(await dsc.ReportISNSServerList(), ({ Buffer: servers }) => ['iSNS Servers:', ...indented(servers)]),
  },
  {
    name: 'FirewallExemptiSNSServer',
    values: '',
    parse: () => () =>
      Promise.resolve({ answer: { Status: 0 }, lines: ['There is nothing to exempt: no firewall is kept here'] }),
  },
  {
    name: 'CHAPSecret',
    values: 'Secret',
    parse: (values) => {
      const secret = values.text('Secret');
      return async ({ dsc }) => outcome(await dsc.SetIScsiInitiatorCHAPSharedSecret(secret));
    },
  },
  {
    name: 'TunnelAddr',
    values: 'InitiatorName PortNumber DestinationAddress TunnelAddress Persist',
    parse: (values) => {
      const { instance, port } = readInitiator(values);
      const destination = values.optionalText('DestinationAddress') ?? null;
      const outer = values.optionalText('TunnelAddress') ?? null;
      const persist = values.boolean('Persist');
      return async ({ dsc }) =>
        outcome(await dsc.SetIScsiTunnelModeOuterAddress(instance, port, destination, outer, persist));
    },
  },
  {
    name: 'GroupKey',
    values: 'Key Persist',
    parse: (values) => {
      const key = values.text('Key');
      const persist = values.boolean('Persist');
      return async ({ dsc }) => outcome(await dsc.SetIScsiGroupPresharedKey(key, persist));
    },
  },
  {
    name: 'PSKey',
    values: 'InitiatorName PortNumber SecurityFlags IdType Id Key Persist',
    parse: (values) => {
      const { instance, port } = readInitiator(values);
      const PsKey = {
        SecurityFlags: values.optionalNumber('SecurityFlags') ?? 0,
        IdType: values.number('IdType'),
        Id: values.text('Id'),
        Key: values.text('Key'),
      };
      const persist = values.boolean('Persist');
      return async ({ dsc }) =>
        outcome(await dsc.SetIScsiIKEInfo(instance, port, { AuthMethod: pskMethod, PsKey }, persist));
    },
  },
  {
    name: 'GetPSKey',
    values: 'InitiatorName PortNumber IdType Id',
    parse: (values) => {
      const { instance, port } = readInitiator(values);
      const IdType = values.optionalNumber('IdType');
      const Id = values.optionalText('Id');
      const asked = IdType === undefined || Id === undefined ? null : { AuthMethod: pskMethod, PsKey: { IdType, Id } };
      return async ({ dsc }) =>
        outcome(await dsc.GetIScsiIKEInfo(instance, port, null, asked), ({ AuthInfo: { PsKey } }) =>
          factLines([
            ['Security Flags', formatHex(PsKey.SecurityFlags)],
            ['Id Type', PsKey.IdType],
            ['Id', String(PsKey.Id)],
            ['Key', 'kept, not shown'],
          ]),
        );
    },
  },
];

function readInitiator(values: Values): { readonly instance: string | null; readonly port: number } {
  const instance = values.optionalText('InitiatorName') ?? null;
  return { instance, port: values.optionalNumber('PortNumber') ?? ISCSI_ANY_INITIATOR_PORT };
}
