// MSiSCSI_BootInformation and MSiSCSI_BootConfiguration. A process does not run before the system that starts it has been
// booted, so that none can be booted by it: there are no instances.

import type { DataBlock } from '../provider/index.ts';

export const bootInformation: DataBlock<'MSiSCSI_BootInformation'> = {
  className: 'MSiSCSI_BootInformation',
  instances: () => [],
};

export const bootConfiguration: DataBlock<'MSiSCSI_BootConfiguration'> = {
  className: 'MSiSCSI_BootConfiguration',
  instances: () => [],
};
