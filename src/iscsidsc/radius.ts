// The calls for RADIUS: AddRadiusServer, RemoveRadiusServer, ReportRadiusServerList, SetIScsiInitiatorRADIUSSharedSecret.

import { radiusSecretLength } from '../base/index.ts';
import type { InitiatorService } from '../service/index.ts';
import { type Answer, answer, badArgument, type Statuses } from './answer.ts';
import { asSecret, readBytes, readText } from './arguments.ts';
import { MAX_ISCSI_TEXT_ADDRESS_LEN } from './values.ts';

/** RADIUS servers and the secret that is shared with them. */
export interface RadiusCalls {
  /** Adds a server to those that CHAP is verified with. */
  AddRadiusServer(Address: string): Promise<Answer>;
  /** Takes a server off them. */
  RemoveRadiusServer(Address: string): Promise<Answer>;
  /** Their addresses, with the port where it is not the usual one. */
  ReportRadiusServerList(): Promise<Answer<{ readonly Buffer: readonly string[] }>>;
  /** Sets the secret that is shared with all of them: 22 to 26 bytes. */
  SetIScsiInitiatorRADIUSSharedSecret(SharedSecret: string | Uint8Array): Promise<Answer>;
}

/** The port that nobody has to name (RFC 2865 §3). */
const usualPort = 1812;

/** ISDSC has no code of its own for a RADIUS server that is not there. */
const statuses: Statuses = { SERVICE_SERVER_UNKNOWN: 'ERROR_NOT_FOUND' };

/** The calls over a service. */
export function radiusCalls(service: InitiatorService): RadiusCalls {
  return {
    AddRadiusServer: async (Address) =>
      await answer(async () => {
        await service.addRadiusServer({ address: readAddress(Address) });
        return {};
      }),
    RemoveRadiusServer: async (Address) =>
      await answer(async () => {
        await service.removeRadiusServer({ address: readAddress(Address) });
        return {};
      }, statuses),
    ReportRadiusServerList: async () =>
      await answer(async () => ({
        Buffer: (await service.radiusServers()).map(({ host, port }) => asAddress(host, port)),
      })),
    SetIScsiInitiatorRADIUSSharedSecret: async (SharedSecret) =>
      await answer(async () => {
        const bytes = readBytes(SharedSecret, 'SharedSecret');
        const { least, most } = radiusSecretLength;
        if (bytes.length < least || bytes.length > most) badArgument('SharedSecret', `${least} to ${most} bytes long`);
        await service.setRadiusSecret({ secret: asSecret(bytes) });
        return {};
      }),
  };
}

function readAddress(value: unknown): string {
  return readText(value, 'Address', MAX_ISCSI_TEXT_ADDRESS_LEN - 1);
}

/** An address as RemoveRadiusServer takes it. */
function asAddress(host: string, port: number): string {
  if (port === usualPort) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
