// Asks every source of discovery anew.

import type { InitiatorService } from '../../service/index.ts';
import { refuse } from '../cim/return-value.ts';

/** Ends the method with ISDSC_OPERATION_NOT_ALL_SUCCESS, a warning, where a source could not be asked; the others were. */
export async function refreshTargets(service: InitiatorService, signal: AbortSignal): Promise<void> {
  await service.targets({ refresh: true }, { signal });
  const sources = [...(await service.portals({ signal })), ...(await service.isnsServers({ signal }))];
  const failure = sources.find(({ outcome }) => outcome.error !== undefined)?.outcome.error;
  if (failure !== undefined) refuse('ISDSC_OPERATION_NOT_ALL_SUCCESS', failure.message);
}
