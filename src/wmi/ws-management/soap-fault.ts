// The faults that WS-Management knows (DSP0226 clause 14.6), and those of the standards that it is made of.

import { faultAction, ns } from './names.ts';
import type { XmlElement, XmlName } from './xml/xml-node.ts';

/** Whose fault it is: the sender's (HTTP 400), or ours (HTTP 500). */
export type FaultCode = 'Sender' | 'Receiver' | 'MustUnderstand' | 'VersionMismatch';

/** What a fault is in every message. */
export interface FaultFacts {
  readonly code: FaultCode;
  /** Undefined for the faults of SOAP itself. */
  readonly subcode: XmlName | undefined;
  readonly action: string;
  /** The words of the standard. */
  readonly reason: string;
}

/** Our names of the faults. */
export type FaultName =
  | 'accessDenied'
  | 'actionNotSupported'
  | 'cannotProcessFilter'
  | 'concurrency'
  | 'deliveryModeUnavailable'
  | 'destinationUnreachable'
  | 'encodingLimit'
  | 'eventSourceUnable'
  | 'filterDialectUnavailable'
  | 'filteringNotSupported'
  | 'eventFilterUnavailable'
  | 'internalError'
  | 'invalidEnumerationContext'
  | 'invalidExpirationTime'
  | 'invalidEventExpirationTime'
  | 'invalidEventMessage'
  | 'invalidHeader'
  | 'invalidOptions'
  | 'invalidParameter'
  | 'invalidRepresentation'
  | 'invalidSelectors'
  | 'headerRequired'
  | 'quotaLimit'
  | 'schemaValidationError'
  | 'timedOut'
  | 'unableToRenew'
  | 'unsupportedFeature'
  | 'mustUnderstand'
  | 'versionMismatch';

type Home = keyof typeof faultAction;

function row(home: Home, name: string, code: FaultCode, reason: string): FaultFacts {
  return { code, subcode: { namespace: ns[home], name }, action: faultAction[home], reason };
}

/** All faults that are answered. */
// biome-ignore format: a table, a fault a line or two.
export const faults: Readonly<Record<FaultName, FaultFacts>> = {
  accessDenied: row('wsman', 'AccessDenied', 'Sender', 'The sender was not authorized to access the resource.'),
  actionNotSupported: row('addressing', 'ActionNotSupported', 'Sender', 'The action is not supported by the service.'),
  cannotProcessFilter: row('enumeration', 'CannotProcessFilter', 'Sender', 'The requested filter could not be processed.'),
  concurrency: row('wsman', 'Concurrency', 'Sender', 'The action could not be completed due to concurrency or locking problems.'),
  deliveryModeUnavailable: row('eventing', 'DeliveryModeRequestedUnavailable', 'Sender', 'The requested delivery mode is not supported.'),
  destinationUnreachable: row('addressing', 'DestinationUnreachable', 'Sender',
    'No route can be determined to reach the destination role defined by the WS-Addressing To.'),
  encodingLimit: row('wsman', 'EncodingLimit', 'Sender',
    'An internal encoding limit was exceeded in a request or would be violated if the message were processed.'),
  eventSourceUnable: row('eventing', 'EventSourceUnableToProcess', 'Receiver', 'The event source cannot process the subscription.'),
  filterDialectUnavailable: row('enumeration', 'FilterDialectRequestedUnavailable', 'Sender', 'The requested filtering dialect is not supported.'),
  filteringNotSupported: row('enumeration', 'FilteringNotSupported', 'Sender', 'Filtered enumeration is not supported.'),
  eventFilterUnavailable: row('eventing', 'FilteringRequestedUnavailable', 'Sender', 'The requested filter dialect is not supported.'),
  internalError: row('wsman', 'InternalError', 'Receiver', 'The service cannot comply with the request due to internal processing errors.'),
  invalidEnumerationContext: row('enumeration', 'InvalidEnumerationContext', 'Receiver', 'The supplied enumeration context is invalid.'),
  invalidExpirationTime: row('enumeration', 'InvalidExpirationTime', 'Sender', 'The expiration time was not valid.'),
  invalidEventExpirationTime: row('eventing', 'InvalidExpirationTime', 'Sender', 'The expiration time was not valid.'),
  invalidEventMessage: row('eventing', 'InvalidMessage', 'Sender',
    'The request message has unknown or invalid content and cannot be processed.'),
  invalidHeader: row('addressing', 'InvalidMessageInformationHeader', 'Sender',
    'A message information header is not valid, and the message cannot be processed.'),
  invalidOptions: row('wsman', 'InvalidOptions', 'Sender', 'One or more options are not valid.'),
  invalidParameter: row('wsman', 'InvalidParameter', 'Sender', 'An operation parameter is not valid.'),
  invalidRepresentation: row('transfer', 'InvalidRepresentation', 'Sender', 'The XML content is not valid.'),
  invalidSelectors: row('wsman', 'InvalidSelectors', 'Sender', 'The Selectors for the resource are not valid.'),
  headerRequired: row('addressing', 'MessageInformationHeaderRequired', 'Sender', 'A required header is missing.'),
  quotaLimit: row('wsman', 'QuotaLimit', 'Sender', 'The service is busy servicing other requests.'),
  schemaValidationError: row('wsman', 'SchemaValidationError', 'Sender', 'The supplied SOAP violates the corresponding XML schema definition.'),
  timedOut: row('wsman', 'TimedOut', 'Receiver', 'The operation has timed out.'),
  unableToRenew: row('eventing', 'UnableToRenew', 'Sender', 'The subscription could not be renewed.'),
  unsupportedFeature: row('wsman', 'UnsupportedFeature', 'Sender', 'The specified feature is not supported.'),
  mustUnderstand: { code: 'MustUnderstand', subcode: undefined, action: faultAction.addressing, reason: 'The WS-Management service cannot understand a header.' },
  versionMismatch: { code: 'VersionMismatch', subcode: undefined, action: faultAction.addressing, reason: 'The message is of another version of SOAP.' },
};

/** What a fault may say besides. */
export interface FaultParticulars {
  /** The last part of a URI of fault details (DSP0226 clause 14.6), for example `InvalidResourceURI`. */
  readonly detail?: string;
  /** One sentence for people. */
  readonly text?: string;
  /** What else belongs into the detail by the standard. */
  readonly elements?: readonly XmlElement[];
  /** A header that was not understood. */
  readonly notUnderstood?: XmlName;
}

/** A request that ends with a fault. It is thrown within the endpoint, and answered at its edge. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';
  readonly faultName: FaultName;
  readonly particulars: FaultParticulars;

  constructor(faultName: FaultName, particulars: FaultParticulars) {
    super(particulars.text ?? faults[faultName].reason);
    this.faultName = faultName;
    this.particulars = particulars;
  }

  get facts(): FaultFacts {
    return faults[this.faultName];
  }
}

export function soapFault(faultName: FaultName, particulars: FaultParticulars = {}): SoapFault {
  return new SoapFault(faultName, particulars);
}
