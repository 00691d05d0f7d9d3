// Envelopes as clients of WS-Management write them, for tests that change one thing at a time.

const soap = 'http://www.w3.org/2003/05/soap-envelope';
const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const wsman = 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd';
export const wmiUri = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/wmi/';
export const cimUri = 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/';
export const thingUri: string = `${wmiUri}MSiSCSI_Thing`;
export const actions = {
  get: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Get',
  put: 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Put',
  enumerate: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate',
  pull: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull',
  release: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/Release',
  subscribe: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe',
  renew: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Renew',
  getStatus: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/GetStatus',
  unsubscribe: 'http://schemas.xmlsoap.org/ws/2004/08/eventing/Unsubscribe',
} as const;
export const wqlDialect = 'http://schemas.microsoft.com/wbem/wsman/1/WQL';
export const pullMode = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull';

/** What an envelope says; everything has a usual value. */
export interface EnvelopeParts {
  readonly action?: string;
  readonly uri?: string | undefined;
  readonly messageId?: string;
  readonly selectors?: Readonly<Record<string, string>>;
  /** More headers, as XML. */
  readonly headers?: string;
  readonly body?: string;
  /** In the place of the usual header of this name; the empty text leaves it out. */
  readonly instead?: Readonly<Partial<Record<'To' | 'Action' | 'MessageID' | 'ReplyTo', string>>>;
}

export const namespaces: string = [
  `xmlns:s="${soap}"`,
  `xmlns:a="${addressing}"`,
  `xmlns:w="${wsman}"`,
  'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"',
  'xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/eventing"',
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
].join(' ');

/** Writes an envelope; a Get of the class of things unless told otherwise. */
export function envelope(parts: EnvelopeParts = {}): string {
  const { action = actions.get, messageId = 'uuid:11111111-2222-3333-4444-555555555555', instead = {} } = parts;
  const uri = 'uri' in parts ? parts.uri : thingUri;
  const usual = {
    To: '<a:To>http://localhost:5985/wsman</a:To>',
    Action: `<a:Action s:mustUnderstand="true">${action}</a:Action>`,
    MessageID: `<a:MessageID>${messageId}</a:MessageID>`,
    ReplyTo: `<a:ReplyTo><a:Address s:mustUnderstand="true">${addressing}/role/anonymous</a:Address></a:ReplyTo>`,
    ...instead,
  };
  const selectors = Object.entries(parts.selectors ?? {}).map(
    ([name, value]) => `<w:Selector Name="${name}">${value}</w:Selector>`,
  );
  const set = selectors.length === 0 ? '' : `<w:SelectorSet>${selectors.join('')}</w:SelectorSet>`;
  const resource = uri === undefined ? '' : `<w:ResourceURI s:mustUnderstand="true">${uri}</w:ResourceURI>`;
  const headers = `${Object.values(usual).join('')}${resource}${set}${parts.headers ?? ''}`;
  return `<s:Envelope ${namespaces}><s:Header>${headers}</s:Header><s:Body>${parts.body ?? ''}</s:Body></s:Envelope>`;
}

export const keyOfA = { InstanceName: 'Root\\ISCSIPRT\\0000_0 A' } as const;

export function enumerateBody(inner = ''): string {
  return `<n:Enumerate>${inner}</n:Enumerate>`;
}

export function pullBody(context: string, inner = ''): string {
  return `<n:Pull><n:EnumerationContext>${context}</n:EnumerationContext>${inner}</n:Pull>`;
}

export function wql(query: string): string {
  return `<w:Filter Dialect="${wqlDialect}">${query}</w:Filter>`;
}

export function subscribeBody(inner = ''): string {
  return `<e:Subscribe><e:Delivery Mode="${pullMode}"/>${inner}</e:Subscribe>`;
}
