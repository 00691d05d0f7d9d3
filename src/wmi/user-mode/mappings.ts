// MSIscsiInitiator_TargetMappings, from the class's form to the service's and back.

import { lunFieldOf, lunNumberOf } from '../../base/index.ts';
import type { TargetMapping } from '../../service/index.ts';
import type { CimObject } from '../cim/cim-value.ts';
import { cimObject, valuesOf } from '../cim/class-table.ts';
import { refuse } from '../cim/return-value.ts';
import { lunListTable, targetMappingsTable } from './embedded.ts';
import { required } from './inputs.ts';

/** The mapping of a login, which takes one though it is asked for an array of them; none where the array is empty. */
export function readMappings(objects: readonly CimObject[] | null): TargetMapping | undefined {
  const [object, ...others] = objects ?? [];
  if (object === undefined) return undefined;
  if (others.length > 0) refuse('ISDSC_INVALID_TARGET_MAPPING', 'A login has one mapping');
  const { OSBusNumber, OSTargetNumber, LUNList } = valuesOf(targetMappingsTable, object);
  return {
    osBusNumber: required(OSBusNumber, 'Mappings.OSBusNumber'),
    osTargetNumber: required(OSTargetNumber, 'Mappings.OSTargetNumber'),
    luns: (LUNList ?? []).map((each) => {
      const { OSLunNumber, TargetLun } = valuesOf(lunListTable, each);
      return {
        osLun: required(OSLunNumber, 'Mappings.LUNList.OSLunNumber'),
        targetLun: lunFieldOf(required(TargetLun, 'Mappings.LUNList.TargetLun')),
      };
    }),
  };
}

/** A mapping as the class has it, or null. */
export function asMappings(
  mapping: TargetMapping | undefined,
  { instance, targetName }: { readonly instance: string; readonly targetName: string },
): CimObject | null {
  if (mapping === undefined) return null;
  return cimObject(targetMappingsTable, {
    InitiatorName: instance,
    TargetName: targetName,
    OSDeviceName: '',
    OSBusNumber: mapping.osBusNumber,
    OSTargetNumber: mapping.osTargetNumber,
    LUNList: mapping.luns.map(({ osLun, targetLun }) =>
      cimObject(lunListTable, { OSLunNumber: osLun, TargetLun: lunNumberOf(targetLun) }),
    ),
  });
}
