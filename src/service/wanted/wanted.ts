// What is wanted: every record and secret of the service.

import type { Store } from '../../store/index.ts';
import {
  type DeviceRecord,
  deviceKind,
  type GroupKeyRecord,
  groupKeyKind,
  type IkeRecord,
  ikeKind,
  isnsKind,
  type LoginRecord,
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

  /** Throws StoreError STORE_CORRUPT that names a record which is not what it should be. */
  constructor(store: Store) {
    const vault = new Vault(store);
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
  }

  /** Every set of records. */
  get sets(): readonly RecordSet<unknown>[] {
    const sets = [this.node, this.portals, this.isnsServers, this.staticTargets, this.logins, this.devices];
    return [...sets, this.radiusServers, this.ike, this.groupKey, this.tunnels] as unknown as RecordSet<unknown>[];
  }
}
