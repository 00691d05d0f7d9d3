// IPsec: its settings are kept, but nothing of it can be applied from user space, so what asks for it is refused.

import { ServiceError } from '../../base/index.ts';
import { securityFlag } from '../input/fields.ts';
import { loginFlag } from '../input/login-options.ts';

/** What may ask for IPsec. */
export interface SecurityWishes {
  readonly loginFlags?: number | undefined;
  readonly securityFlags?: number | undefined;
  readonly hasKey?: boolean;
}

/** Throws ServiceError SERVICE_IPSEC_UNAVAILABLE for what must not be sent without IPsec. */
export function refuseIpsec({ loginFlags = 0, securityFlags = 0, hasKey = false }: SecurityWishes): void {
  const field =
    (loginFlags & loginFlag.requireIpsec) !== 0
      ? 'loginOptions.loginFlags'
      : wantsIpsec(securityFlags)
        ? 'securityFlags'
        : hasKey
          ? 'key'
          : undefined;
  if (field === undefined) return;
  throw new ServiceError('SERVICE_IPSEC_UNAVAILABLE', `IPsec is asked for by ${field}, and cannot be applied here`, {
    field,
  });
}

/** Flags that are not marked as valid say nothing. */
function wantsIpsec(flags: number): boolean {
  return (flags & securityFlag.valid) !== 0 && (flags & ~securityFlag.valid) !== 0;
}
