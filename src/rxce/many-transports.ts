// The routine that connects over several transports at once.

import {
  type ConnectDecision,
  type ConnectSelection,
  type ConnectWinner,
  connectOverMany,
  type WorkerContext,
} from '../engine/index.ts';
import type { AddressBinding } from './address-binding.ts';
import { answer } from './answer.ts';
import { bindVc } from './circuit.ts';
import { ConnectionBinding } from './connection-binding.ts';
import { type RemoteInformation, readConnectionInformation } from './connection-information.ts';
import { RXCE_CONNECTION_CREATE_OPTIONS } from './constants.ts';
import {
  copyConnectionHandlers,
  type PRXCE_CONNECTION_COMPLETION_ROUTINE,
  type RXCE_CONNECTION_EVENT_HANDLER,
} from './handlers.ts';
import { type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';
import { write } from './object-memory.ts';
import type { Registry } from './registry.ts';
import {
  RDBSS_DEVICE_OBJECT,
  type RXCE_ADDRESS,
  RXCE_CONNECTION,
  type RXCE_CONNECTION_COMPLETION_CONTEXT,
  type RXCE_CONNECTION_INFORMATION,
  RXCE_VC,
} from './structures.ts';
import type { VcBinding } from './vc-binding.ts';

export interface ManyTransportsCalls {
  /**
   * Connects from several local addresses at once; called from the engine's worker. Answers with STATUS_PENDING, and has the
   * completion routine called at the end. Which address has won is in the completion context; where all are wanted, there is
   * one context an address, and the routine is called for each.
   */
  RxCeBuildConnectionOverMultipleTransports(
    pMiniRedirectorDeviceObject: RDBSS_DEVICE_OBJECT,
    CreateOption: number,
    NumberOfAddresses: number,
    pLocalAddressPointers: readonly RXCE_ADDRESS[],
    pServerName: string,
    pConnectionInformation: RXCE_CONNECTION_INFORMATION,
    pHandler: RXCE_CONNECTION_EVENT_HANDLER,
    pEventContext: unknown,
    pCompletionRoutine: PRXCE_CONNECTION_COMPLETION_ROUTINE,
    pCompletionContext: RXCE_CONNECTION_COMPLETION_CONTEXT | readonly RXCE_CONNECTION_COMPLETION_CONTEXT[],
    SystemWorker: WorkerContext,
  ): NTSTATUS;
}

export function manyTransportsCalls(registry: Registry): ManyTransportsCalls {
  return {
    RxCeBuildConnectionOverMultipleTransports: (...given) =>
      answer(() => {
        const wanted = read(registry, given);
        if (wanted === undefined) return ntStatus.STATUS_INVALID_PARAMETER;
        if (wanted.ways.length === 0) return ntStatus.STATUS_INVALID_HANDLE;
        start(registry, wanted);
        return ntStatus.STATUS_PENDING;
      }),
  };
}

/** An address that is valid, and its place in the list. */
interface Way {
  readonly parent: AddressBinding;
  readonly index: number;
}

interface Wanted {
  readonly device: RDBSS_DEVICE_OBJECT;
  readonly select: ConnectSelection;
  readonly ways: readonly Way[];
  readonly information: RemoteInformation;
  readonly handler: RXCE_CONNECTION_EVENT_HANDLER;
  readonly context: unknown;
  readonly complete: PRXCE_CONNECTION_COMPLETION_ROUTINE;
  /** One; or one an address. */
  readonly contexts: readonly RXCE_CONNECTION_COMPLETION_CONTEXT[];
}

const { RxCeSelectFirstSuccessfulTransport, RxCeSelectBestSuccessfulTransport, RxCeSelectAllSuccessfulTransports } =
  RXCE_CONNECTION_CREATE_OPTIONS;

const selections: ReadonlyMap<unknown, ConnectSelection> = new Map([
  [RxCeSelectFirstSuccessfulTransport, 'first'],
  [RxCeSelectBestSuccessfulTransport, 'best'],
  [RxCeSelectAllSuccessfulTransports, 'all'],
]);

type Given = Readonly<Parameters<ManyTransportsCalls['RxCeBuildConnectionOverMultipleTransports']>>;

function read(registry: Registry, given: Given): Wanted | undefined {
  const [device, option, count, pointers, serverName, info, handlers, context, complete, completion, worker] = given;
  const select = selections.get(option);
  const information = readConnectionInformation(info);
  const handler = copyConnectionHandlers(handlers);
  const isPlaced = registry.worker(worker) !== undefined && device instanceof RDBSS_DEVICE_OBJECT;
  if (!isPlaced || select === undefined || information === undefined || handler === undefined) return undefined;
  if (typeof serverName !== 'string' || typeof complete !== 'function') return undefined;
  if (!Array.isArray(pointers) || !Number.isInteger(count) || count < 1 || count > pointers.length) return undefined;
  const all = Array.isArray(completion)
    ? [...(completion as readonly RXCE_CONNECTION_COMPLETION_CONTEXT[])]
    : [completion];
  const contexts = all.slice(0, select === 'all' ? count : 1) as RXCE_CONNECTION_COMPLETION_CONTEXT[];
  if (contexts.length < (select === 'all' ? count : 1) || !areFree(registry, contexts)) return undefined;
  const ways = (pointers as readonly RXCE_ADDRESS[]).slice(0, count).flatMap((pointer, index) => {
    const parent = registry.address(pointer);
    return parent?.isOpen === true ? [{ parent, index }] : [];
  });
  return { device, select, ways, information, handler, context, complete, contexts };
}

/** Whether each context has objects of its own that can be built. */
function areFree(registry: Registry, contexts: readonly RXCE_CONNECTION_COMPLETION_CONTEXT[]): boolean {
  const objects = contexts.flatMap(({ pConnection, pVc }) => [pConnection, pVc]);
  const isEachItsOwn = new Set<object>(objects).size === objects.length;
  return (
    isEachItsOwn &&
    contexts.every(
      ({ pConnection, pVc }) => registry.isFree(pConnection, RXCE_CONNECTION) && registry.isFree(pVc, RXCE_VC),
    )
  );
}

/** What a way would give its objects to, should it win. */
interface Prepared {
  readonly way: Way;
  readonly connection: ConnectionBinding;
  readonly vc: VcBinding;
}

function start(registry: Registry, wanted: Wanted): void {
  const { device, select, ways, information, contexts } = wanted;
  const prepared = new Map<number, Prepared>();
  const { decided, cleanedUp } = connectOverMany({
    attempts: ways.map(({ parent }) => ({ address: parent.address, remote: information.remote })),
    select,
    handlers: (_attempt, index) => {
      const made = prepare(registry, wanted, index);
      prepared.set(index, made);
      return made.vc.handlers();
    },
  });
  device.PendingConnects += 1;
  const objects = contexts.flatMap(({ pConnection, pVc }) => [pConnection, pVc]);
  void registry.building(objects, async () => {
    const statuses = await decided.then(
      async (decision) => await takeWinners(registry, decision, { wanted, prepared, cleanedUp }),
      () => new Map<number, NTSTATUS>(),
    );
    for (const [place, context] of contexts.entries()) tell(wanted, context, place, statuses);
  });
  void cleanedUp.then(() => {
    device.PendingConnects -= 1;
  });
}

function prepare(
  registry: Registry,
  { ways, contexts, select, handler, context, information }: Wanted,
  at: number,
): Prepared {
  const way = ways[at];
  const objects = way === undefined ? undefined : contexts[select === 'all' ? way.index : 0];
  if (way === undefined || objects === undefined) throw new RangeError(`there is no way ${at}`);
  const connection = new ConnectionBinding({
    object: objects.pConnection,
    parent: way.parent,
    handler,
    context,
    information: information.copy,
  });
  return { way, connection, vc: bindVc(registry, connection, objects.pVc) };
}

interface Race {
  readonly wanted: Wanted;
  readonly prepared: ReadonlyMap<number, Prepared>;
  readonly cleanedUp: Promise<void>;
}

/** Makes the winners' objects valid. Returns the statuses of the addresses, by their places in the list. */
async function takeWinners(
  registry: Registry,
  { winners, failures }: ConnectDecision,
  { wanted, prepared, cleanedUp }: Race,
): Promise<Map<number, NTSTATUS>> {
  const statuses = new Map<number, NTSTATUS>();
  for (const { index, error } of failures) statuses.set(wanted.ways[index]?.index ?? index, statusOf(error));
  // All in this turn: what a circuit has to tell before its object is valid, nobody would hear.
  const taken = winners.map(async (winner) => {
    const made = prepared.get(winner.index);
    if (made !== undefined) statuses.set(made.way.index, await takeWinner(registry, winner, made, cleanedUp));
  });
  await Promise.all(taken);
  return statuses;
}

async function takeWinner(
  registry: Registry,
  { connection, circuit }: ConnectWinner,
  { way, connection: binding, vc }: Prepared,
  cleanedUp: Promise<void>,
): Promise<NTSTATUS> {
  if (!way.parent.isOpen) {
    await connection.tearDown();
    return ntStatus.STATUS_LOCAL_DISCONNECT;
  }
  binding.connection = connection;
  registry.connections.set(binding.object, binding);
  way.parent.adopt(binding);
  binding.attach();
  registry.circuits.set(vc.object, vc);
  binding.adopt(vc, circuit);
  vc.awaitCleanUp(cleanedUp);
  return ntStatus.STATUS_SUCCESS;
}

/** Fills in a completion context and has the client told. Without a winner the status is STATUS_INVALID_HANDLE. */
function tell(
  { select, information, complete }: Wanted,
  context: RXCE_CONNECTION_COMPLETION_CONTEXT,
  place: number,
  statuses: ReadonlyMap<number, NTSTATUS>,
): void {
  const won = [...statuses].find(([, status]) => status === ntStatus.STATUS_SUCCESS)?.[0];
  const index = select === 'all' ? place : won;
  write(context, {
    Status: (index === undefined ? undefined : statuses.get(index)) ?? ntStatus.STATUS_INVALID_HANDLE,
    AddressIndex: index ?? 0,
    pConnectionInformation: information.copy,
  });
  complete(context);
}
