// The fault that a failed operation is answered with.

import { type ErrorCode, IscsiError } from '../../base/index.ts';
import { redact } from './redaction.ts';
import { type FaultName, type FaultParticulars, SoapFault, soapFault } from './soap-fault.ts';
import type { XmlElement } from './xml/xml-node.ts';

/** The faults of the codes that a class throws; all others are of the service's own doing. */
const byCode: Readonly<Partial<Record<ErrorCode, readonly [FaultName, FaultParticulars]>>> = {
  WMI_CLASS_NOT_FOUND: ['destinationUnreachable', { detail: 'InvalidResourceURI' }],
  WMI_INSTANCE_NOT_FOUND: ['destinationUnreachable', {}],
  WMI_METHOD_NOT_FOUND: ['actionNotSupported', {}],
  WMI_ITEM_NOT_FOUND: ['invalidRepresentation', { detail: 'InvalidValues' }],
  WMI_READ_ONLY: ['invalidRepresentation', { detail: 'InvalidValues' }],
  WMI_BAD_BUFFER: ['invalidParameter', { detail: 'TypeMismatch' }],
  WMI_BUFFER_TOO_SMALL: ['invalidParameter', { detail: 'TypeMismatch' }],
  WMI_NOT_SUPPORTED: ['unsupportedFeature', {}],
  ISCSI_BAD_ARGUMENT: ['invalidParameter', {}],
  SERVICE_BAD_REQUEST: ['invalidParameter', {}],
};

/**
 * The fault of whatever was thrown, without the secrets of the request's body. `unforeseen` says whether it was a fault of the
 * program, of which the client is told nothing.
 */
export function faultOf(
  caught: unknown,
  body: XmlElement | undefined,
): { readonly fault: SoapFault; readonly unforeseen: boolean } {
  if (caught instanceof SoapFault) return { fault: caught, unforeseen: false };
  if (!(caught instanceof IscsiError)) return { fault: soapFault('internalError'), unforeseen: true };
  const { code, message } = caught;
  const [name, particulars] = byCode[code] ?? (['internalError', {}] as const);
  return {
    fault: soapFault(name, { ...particulars, text: redact(`${code}: ${message}`, body) }),
    unforeseen: code === 'SERVICE_FAILED',
  };
}
