// The names of WS-Management and of what it is made of: XML namespaces, actions, dialects and other URIs.

/** XML namespaces. */
export const ns = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
  addressing: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  transfer: 'http://schemas.xmlsoap.org/ws/2004/09/transfer',
  enumeration: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration',
  eventing: 'http://schemas.xmlsoap.org/ws/2004/08/eventing',
  wsman: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  identity: 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd',
  cimBinding: 'http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd',
  cimCommon: 'http://schemas.dmtf.org/wbem/wscim/1/common',
  microsoft: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  microsoftFault: 'http://schemas.microsoft.com/wbem/wsman/1/wsmanfault',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  xml: 'http://www.w3.org/XML/1998/namespace',
  xmlns: 'http://www.w3.org/2000/xmlns/',
} as const;

/** The prefixes that answers use: the standard's own, since some clients look for them and not for what they stand for. */
export const prefixes: Readonly<Record<string, string>> = {
  [ns.soap]: 's',
  [ns.addressing]: 'wsa',
  [ns.transfer]: 'wxf',
  [ns.enumeration]: 'wsen',
  [ns.eventing]: 'wse',
  [ns.wsman]: 'wsman',
  [ns.identity]: 'wsmid',
  [ns.cimBinding]: 'wsmb',
  [ns.cimCommon]: 'cim',
  [ns.microsoft]: 'p',
  [ns.microsoftFault]: 'f',
  [ns.xsi]: 'xsi',
  [ns.xml]: 'xml',
};

/** The address of whoever asked: the answer goes back on the same connection. */
export const anonymous = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';

/** What a message asks for (DSP0226 clauses 7, 8 and 10). The answer's action is the same with `Response` at its end. */
export const action = {
  get: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Get',
  put: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Put',
  create: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Create',
  delete: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete',
  enumerate: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate',
  pull: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull',
  release: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release',
  subscribe: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe',
  renew: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Renew',
  getStatus: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/GetStatus',
  unsubscribe: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Unsubscribe',
} as const;

/** The actions of faults. */
export const faultAction = {
  wsman: 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault',
  addressing: 'http://schemas.xmlsoap.org/ws/2004/08/addressing/fault',
  transfer: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/fault',
  enumeration: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault',
  eventing: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/fault',
} as const;

/** What the URIs of fault details begin with. */
export const faultDetailBase = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/';

/** The dialects of filters. */
export const dialect = {
  wql: 'http://schemas.microsoft.com/wbem/wsman/1/WQL',
  selector: 'http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter',
} as const;

/** How events are delivered: the subscriber comes and gets them (DSP0226 clause 10.2.9.5). */
export const pullDelivery = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull';

/** What the URIs of classes begin with: Microsoft's, which have the namespace in them, and those of the CIM binding (DSP0227). */
export const resourceBase = {
  wmi: 'http://schemas.microsoft.com/wbem/wsman/1/wmi/',
  cim: 'http://schemas.dmtf.org/wbem/wscim/1/',
  cimSchema: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/',
} as const;

/** The selector that names a CIM namespace (DSP0227). */
export const namespaceSelector = '__cimnamespace';
