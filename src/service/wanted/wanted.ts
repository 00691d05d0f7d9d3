// What is wanted: every record and secret of the service.

import type { Store, StoreChange } from '../../store/index.ts';
import {
  type DeviceRecord,
  deviceKind,
  type GroupKeyRecord,
  groupKeyKind,
  type IkeRecord,
  type IsidRecord,
  ikeKind,
  instanceIsidKind,
  isnsKind,
  type LoginRecord,
  loginIsidKind,
  loginKind,
  type NodeRecord,
  nodeKind,
  type PortalRecord,
  portalKind,
  radiusKind,
  type ServerRecord,
  type StaticTargetRecord,
  staticTargetKind,
  type TunnelRecord,
  tunnelKind,
} from './kinds.ts';
import { RecordSet } from './record-set.ts';
import { Vault } from './vault.ts';

/** All that is wanted. */
export class Wanted {
  readonly vault: Vault;
  readonly node: RecordSet<NodeRecord>;
  readonly portals: RecordSet<PortalRecord>;
  readonly isnsServers: RecordSet<ServerRecord>;
  readonly staticTargets: RecordSet<StaticTargetRecord>;
  readonly logins: RecordSet<LoginRecord>;
  readonly devices: RecordSet<DeviceRecord>;
  readonly radiusServers: RecordSet<ServerRecord>;
  readonly ike: RecordSet<IkeRecord>;
  readonly groupKey: RecordSet<GroupKeyRecord>;
  readonly tunnels: RecordSet<TunnelRecord>;
  /** ISIDs belong to this directory and its process: they are in no export, and an import leaves them. */
  readonly instanceIsids: RecordSet<IsidRecord>;
  readonly loginIsids: RecordSet<IsidRecord>;
  readonly #store: Store;

  /** Throws StoreError STORE_CORRUPT that names a record which is not what it should be. */
  constructor(store: Store) {
    const vault = new Vault(store);
    this.#store = store;
    this.vault = vault;
    this.node = new RecordSet(store, vault, nodeKind);
    this.portals = new RecordSet(store, vault, portalKind);
    this.isnsServers = new RecordSet(store, vault, isnsKind);
    this.staticTargets = new RecordSet(store, vault, staticTargetKind);
    this.logins = new RecordSet(store, vault, loginKind);
    this.devices = new RecordSet(store, vault, deviceKind);
    this.radiusServers = new RecordSet(store, vault, radiusKind);
    this.ike = new RecordSet(store, vault, ikeKind);
    this.groupKey = new RecordSet(store, vault, groupKeyKind);
    this.tunnels = new RecordSet(store, vault, tunnelKind);
    this.instanceIsids = new RecordSet(store, vault, instanceIsidKind);
    this.loginIsids = new RecordSet(store, vault, loginIsidKind);
  }

  /** Takes persistent logins away with all that belongs to them, at once. */
  removeLogins(keys: readonly string[]): void {
    this.#store.change((tx) => {
      for (const key of keys) {
        this.logins.deleteIn(tx, key);
        this.loginIsids.deleteIn(tx, key);
      }
    });
    for (const key of keys) {
      this.logins.forget(key);
      this.loginIsids.forget(key);
    }
  }

  /** Puts the records back that no import takes away. */
  keepLocal(tx: StoreChange): void {
    for (const set of [this.instanceIsids, this.loginIsids]) {
      for (const record of set.all()) tx.put(set.kind.kind, set.keyOf(record), record);
    }
  }

  /** Every set of records that is exported and imported. */
  get sets(): readonly RecordSet<unknown>[] {
    const sets = [this.node, this.portals, this.isnsServers, this.staticTargets, this.logins, this.devices];
    return [...sets, this.radiusServers, this.ike, this.groupKey, this.tunnels] as unknown as RecordSet<unknown>[];
  }
}
