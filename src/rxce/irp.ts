// IRPs with memory descriptor lists, and the list of all of them that is there for debugging.

import { type MDL, mdlPieces } from './mdl.ts';

/** A request packet. Nothing here takes one: it is there because the names are, and to be found in the list. */
export interface IRP {
  readonly StackCount: number;
  readonly ChargeQuota: boolean;
  readonly MdlAddress: MDL;
}

export interface IrpCalls {
  /** Allocates an IRP with a memory descriptor list, and puts it on the list; null for what cannot be. */
  RxCeAllocateIrpWithMDL(StackSize: number, ChargeQuota: boolean, Buffer: MDL): IRP | null;
  /** Frees such an IRP, and takes it off the list. */
  RxCeFreeIrp(pIrp: IRP): void;
}

/** How many IRPs may be allocated: whoever has more has forgotten to free them. */
const mostIrps = 65_536;

export function irpCalls(irps: Set<IRP>): IrpCalls {
  return {
    RxCeAllocateIrpWithMDL(StackSize, ChargeQuota, Buffer) {
      const isStack = Number.isInteger(StackSize) && StackSize >= 1 && StackSize <= 127; // CCHAR
      const isBuffer = attempt(() => mdlPieces(Buffer)) !== undefined;
      if (!isStack || typeof ChargeQuota !== 'boolean' || !isBuffer || irps.size >= mostIrps) return null;
      const irp = Object.freeze({ StackCount: StackSize, ChargeQuota, MdlAddress: Buffer });
      irps.add(irp);
      return irp;
    },
    RxCeFreeIrp(pIrp) {
      irps.delete(pIrp);
    },
  };
}

/** What a trap of the caller's does not keep us from. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
