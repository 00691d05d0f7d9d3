// iSNS (RFC 4171), the client's side. attribute.ts, pdu.ts and message.ts are the bytes; request.ts is what all requests
// and answers have in common, registration.ts, target-query.ts and notification.ts are the messages that an initiator has
// to do with. A line (line.ts) brings requests and answers together over one byte stream that somebody else opened.

export { type AttributeValue, decodeAttributes, delimiter, encodeAttributes, type IsnsAttribute } from './attribute.ts';
export { functionId, functionName, responseBit } from './function-id.ts';
export { IsnsLine, type IsnsLineOptions } from './line.ts';
export { encodeMessage, type IsnsMessage, MessageAssembler } from './message.ts';
export { type IsnsChange, type IsnsNotice, readNotice } from './notification.ts';
export { fromPortValue, type IsnsPort, toPortValue } from './port.ts';
export {
  deregistrationRequest,
  entityProtocol,
  type InitiatorRegistration,
  nodeType,
  presenceRequest,
  type RegistrationAnswer,
  readPresence,
  readRegistration,
  registrationRequest,
  scnBit,
  scnRegistrationRequest,
} from './registration.ts';
export {
  decodeAnswer,
  encodeAnswer,
  encodeRequest,
  type IsnsAnswer,
  type IsnsRequest,
  isnsRequest,
} from './request.ts';
export { isnsStatus, statusName } from './status.ts';
export { tag as isnsTag } from './tag.ts';
export { type IsnsTarget, readTargets, targetsRequest } from './target-query.ts';
