// RXCE_CONNECTION_INFORMATION as it comes from callers: read, checked and copied.

import type { RXCE_CONNECTION_INFORMATION } from './structures.ts';
import { type AddressText, addressText } from './transport-address.ts';

/** What a caller said of the other end. */
export interface RemoteInformation {
  readonly remote: AddressText;
  /** A copy with all its lengths. */
  readonly copy: Required<RXCE_CONNECTION_INFORMATION>;
}

/** Reads the structure; undefined for what is none, or has no remote address that can be taken. */
export function readConnectionInformation(given: unknown): RemoteInformation | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const members = given as Readonly<Record<string, unknown>>;
  const [userData, options, address] = ['UserData', 'Options', 'RemoteAddress'].map((name) => {
    return readPart(members[name], members[`${name}Length`]);
  });
  if (userData === undefined || options === undefined || address === undefined) return undefined;
  const remote = addressText(address);
  if (remote === undefined || remote.host === '' || remote.port === 0) return undefined;
  return {
    remote,
    copy: {
      UserDataLength: userData.length,
      UserData: userData.length === 0 ? null : userData,
      OptionsLength: options.length,
      Options: options.length === 0 ? null : options,
      RemoteAddressLength: address.length,
      RemoteAddress: address,
    },
  };
}

/** A copy of the bytes, as many as the length says where one is given; undefined when that cannot be. */
function readPart(bytes: unknown, length: unknown): Uint8Array | undefined {
  const all = bytes ?? new Uint8Array(0);
  if (!(all instanceof Uint8Array)) return undefined;
  const wanted = length ?? all.length;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 0 || wanted > all.length) return undefined;
  return new Uint8Array(all.subarray(0, wanted));
}
