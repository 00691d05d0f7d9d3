// The calls for iSNS servers: AddISNSServer, RemoveISNSServer, RefreshISNSServer, ReportISNSServerList.

import type { InitiatorService } from '../service/index.ts';
import { type Answer, answer, requireOutcome } from './answer.ts';
import { readText } from './arguments.ts';
import { MAX_ISCSI_TEXT_ADDRESS_LEN } from './values.ts';

/** iSNS servers. */
export interface IsnsCalls {
  /** Adds a server to those that are asked for targets, and asks it. It stays though it could not be asked. */
  AddISNSServer(Address: string): Promise<Answer>;
  /** Takes a server off them. */
  RemoveISNSServer(Address: string): Promise<Answer>;
  /** Asks one of them now. */
  RefreshISNSServer(Address: string): Promise<Answer>;
  /** Their addresses. */
  ReportISNSServerList(): Promise<Answer<{ readonly Buffer: readonly string[] }>>;
}

/** The calls over a service. */
export function isnsCalls(service: InitiatorService): IsnsCalls {
  return {
    AddISNSServer: async (Address) =>
      await answer(async () => {
        const { outcome } = await service.addIsnsServer({ address: readAddress(Address) });
        requireOutcome(outcome);
        return {};
      }),
    RemoveISNSServer: async (Address) =>
      await answer(async () => {
        await service.removeIsnsServer({ address: readAddress(Address) });
        return {};
      }),
    RefreshISNSServer: async (Address) =>
      await answer(async () => {
        await service.refreshIsnsServer({ address: readAddress(Address) });
        return {};
      }),
    ReportISNSServerList: async () =>
      await answer(async () => ({ Buffer: (await service.isnsServers()).map(({ address }) => address) })),
  };
}

function readAddress(value: unknown): string {
  return readText(value, 'Address', MAX_ISCSI_TEXT_ADDRESS_LEN - 1);
}
