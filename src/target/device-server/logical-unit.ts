// A logical unit: a block device with its identity, its settings and its task set.

import { createHash } from 'node:crypto';
import { UsageError } from '../../base/index.ts';
import {
  type BlockDevice,
  type CrashOptions,
  isVolatileCache,
  type ResizableDevice,
  resizableLayer,
  type VolatileCache,
  volatileCacheLayer,
} from '../../block/index.ts';
import { MediumGate } from './medium-gate.ts';
import { TaskSet } from './task-set.ts';

/** A logical unit as the owner of the target describes it. */
export interface LunOptions {
  /** 0 to 16383. */
  readonly lun: number;
  /** Where the blocks are. The target does not close it. */
  readonly device: BlockDevice;
  /** Bytes of a logical block; the device's own unless given. */
  readonly blockSize?: number;
  /** Refuse writes though the device takes them. */
  readonly readOnly?: boolean;
  /** Up to 8 ASCII characters; `HAWSER` unless given. */
  readonly vendor?: string;
  /** Up to 16 ASCII characters. */
  readonly product?: string;
  /** Up to 4 ASCII characters. */
  readonly revision?: string;
  /** Up to 32 ASCII characters; derived from the target's name and the LUN unless given. */
  readonly serial?: string;
  /** The longest transfer of one command in bytes; 16 MiB unless given. */
  readonly maxTransferLength?: number;
}

/** What INQUIRY tells of a logical unit. */
export interface LogicalUnitIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
  /** The 8 bytes of a locally assigned NAA identifier (SPC-4 §7.8.6.6.4). */
  readonly naa: Uint8Array;
}

/** One logical unit of the target. */
export class LogicalUnit {
  readonly number: number;
  readonly blockSize: number;
  readonly maxTransferBlocks: number;
  readonly taskSet: TaskSet = new TaskSet();
  readonly gate: MediumGate = new MediumGate();
  /** The SWP bit of the Control mode page: write protection that an initiator asked for. */
  isSoftwareWriteProtected = false;
  /** The WCE bit of the Caching mode page. */
  isWriteCacheEnabled: boolean;
  readonly #targetName: string;
  readonly #options: LunOptions;
  #device: BlockDevice;
  #resizable: ResizableDevice | undefined;
  #cache: VolatileCache | undefined;
  /** The cache is one of our own, which has to be emptied when the target ends. */
  #hasOwnCache = false;
  #identity: LogicalUnitIdentity;

  constructor(targetName: string, options: LunOptions) {
    if (!Number.isInteger(options.lun) || options.lun < 0 || options.lun > 0x3fff) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `A LUN is from 0 to 16383, not ${options.lun}`, { argument: 'lun' });
    }
    this.number = options.lun;
    this.#targetName = targetName;
    this.#options = options;
    this.#device = options.device;
    this.#cache = isVolatileCache(options.device) ? options.device : undefined;
    this.blockSize = options.blockSize ?? options.device.blockSize;
    if (this.blockCount === 0) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `LUN ${options.lun} has no room for a block`, { argument: 'device' });
    }
    this.#identity = identityOf(targetName, options);
    this.maxTransferBlocks = Math.floor((options.maxTransferLength ?? 16_777_216) / this.blockSize);
    this.isWriteCacheEnabled = options.device.features.flush;
  }

  /** Where the blocks are, through the layers that faults have put over it. */
  get device(): BlockDevice {
    return this.#device;
  }

  get blockCount(): number {
    return Math.floor(this.#device.size / this.blockSize);
  }

  get identity(): LogicalUnitIdentity {
    return this.#identity;
  }

  get isWriteProtected(): boolean {
    return this.#options.readOnly === true || this.#device.readOnly || this.isSoftwareWriteProtected;
  }

  /** Unmapping is offered only where the device gives space back for it. */
  get isThin(): boolean {
    return this.device.features.trim;
  }

  /** Whether unmapped blocks read as zeros: `zero` promises that, `trim` alone does not. */
  get unmappedReadsZeros(): boolean {
    return this.device.features.zero;
  }

  /** Brings the mode pages back to their defaults, as a reset does. */
  resetSettings(): void {
    this.isSoftwareWriteProtected = false;
    this.isWriteCacheEnabled = this.device.features.flush;
  }

  /** Takes another size in bytes. @throws UsageError `ISCSI_BAD_ARGUMENT` for one without room for a block. */
  resize(size: number): void {
    if (size < this.blockSize) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `LUN ${this.number} cannot have ${size} bytes`, { argument: 'size' });
    }
    if (this.#resizable === undefined) {
      this.#resizable = resizableLayer(this.#device);
      this.#device = this.#resizable;
    }
    this.#resizable.resize(size);
  }

  /** Shows itself as another unit, with this serial number; as itself again without one. */
  disguise(serial: string | undefined): void {
    const name = serial === undefined ? this.#targetName : `${this.#targetName}\0${serial}`;
    this.#identity = identityOf(name, { ...this.#options, ...(serial !== undefined && { serial }) });
  }

  /** Gets a write cache that a crash empties, unless it has one. */
  async startVolatileCache(maxDirtyLength: number): Promise<void> {
    if (this.#cache === undefined) {
      this.#cache = volatileCacheLayer(this.#device, { maxDirtyLength });
      this.#hasOwnCache = true;
      this.#device = this.#cache;
    } else await this.#cache.setVolatile(true);
    this.isWriteCacheEnabled = true;
  }

  /** Empties the cache that was started, and writes past it from here on. */
  async stopVolatileCache(): Promise<void> {
    if (!this.#hasOwnCache) return;
    await this.#cache?.setVolatile(false);
    this.isWriteCacheEnabled = this.#device.features.flush;
  }

  /** The power goes: what a volatile cache holds is lost. Without one nothing is. */
  async crash(options: CrashOptions): Promise<void> {
    await this.#cache?.crash(options);
  }

  /** Writes, through the cache when the command or the cache setting asks for it. */
  async write(offset: number, data: Uint8Array, forced: boolean): Promise<void> {
    const through = (forced || !this.isWriteCacheEnabled) && this.device.features.flush;
    if (!through) await this.device.write(offset, data);
    else if (this.device.features.fua) await this.device.write(offset, data, { fua: true });
    else {
      await this.device.write(offset, data);
      await this.device.flush();
    }
  }
}

function identityOf(targetName: string, options: LunOptions): LogicalUnitIdentity {
  const hash = createHash('sha256').update(`${targetName.toLowerCase()}\0${options.lun}`).digest();
  const naa = Uint8Array.from(hash.subarray(0, 8));
  naa[0] = 0x30 | ((naa[0] ?? 0) & 0x0f);
  return {
    vendor: options.vendor ?? 'HAWSER',
    product: options.product ?? 'VIRTUAL-DISK',
    revision: options.revision ?? '0001',
    serial: options.serial ?? hash.toString('hex', 8, 16),
    naa,
  };
}
