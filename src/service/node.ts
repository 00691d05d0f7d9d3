// The initiator node: its name and alias, one for all instances.

import { defaultInitiatorName } from '../adapter/index.ts';
import type { InitiatorInfo, InitiatorInput } from './contract/initiator.ts';
import type { EventLog } from './events/event-log.ts';
import { checkInput } from './input/check.ts';
import { initiatorInput } from './input/security.ts';
import type { Instances } from './instances.ts';
import { type NodeRecord, onlyKey } from './wanted/kinds.ts';
import { secretName } from './wanted/vault.ts';
import type { Wanted } from './wanted/wanted.ts';

/** The name under which the records have the node, or else the default one. */
export function nodeNameOf(wanted: Wanted): string {
  return wanted.node.get(onlyKey)?.nodeName ?? defaultInitiatorName();
}

/** The operations on the node. */
export class Node {
  readonly #wanted: Wanted;
  readonly #instances: Instances;
  readonly #events: EventLog;

  constructor(wanted: Wanted, instances: Instances, events: EventLog) {
    this.#wanted = wanted;
    this.#instances = instances;
    this.#events = events;
  }

  info(): InitiatorInfo {
    return {
      nodeName: nodeNameOf(this.#wanted),
      defaultNodeName: defaultInitiatorName(),
      alias: this.#wanted.node.get(onlyKey)?.alias,
      instances: this.#instances.infos(),
      hasChapSecret: this.#wanted.vault.has(secretName.chap),
    };
  }

  /** Sessions keep the name that they logged in with. */
  set(input: InitiatorInput): InitiatorInfo {
    const said = checkInput(initiatorInput, input);
    const kept = this.#wanted.node.get(onlyKey) ?? {};
    const nodeName = said.nodeName === undefined ? kept.nodeName : (said.nodeName ?? undefined);
    const alias = said.alias === undefined ? kept.alias : (said.alias ?? undefined);
    const record: NodeRecord = {
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(alias === undefined ? {} : { alias }),
    };
    this.#wanted.node.put(record);
    this.apply();
    this.#events.publish('initiatorChanged', { detail: { nodeName: nodeNameOf(this.#wanted), alias } });
    return this.info();
  }

  /** Tells the instances what is kept; for new logins. */
  apply(): void {
    const alias = this.#wanted.node.get(onlyKey)?.alias;
    for (const instance of this.#instances.all) instance.setNodeName(nodeNameOf(this.#wanted), alias);
  }
}
