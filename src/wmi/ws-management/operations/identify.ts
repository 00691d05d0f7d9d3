// Identify (DSP0226 clause 11): who is there, and how it wants to be asked.

import { ns } from '../names.ts';
import { element, type XmlElement } from '../xml/xml-node.ts';

/** What is told of us. */
export interface Identity {
  readonly version: string;
  readonly isTls: boolean;
}

/** Whoever has not shown who he is learns which protocol is spoken, and no more. */
export function identify({ version, isTls }: Identity, isAuthenticated: boolean): XmlElement {
  const profile = `http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/${isTls ? 'https' : 'http'}/basic`;
  return element(ns.identity, 'IdentifyResponse', [
    element(ns.identity, 'ProtocolVersion', [ns.wsman]),
    isAuthenticated ? element(ns.identity, 'ProductVendor', ['Hawser']) : undefined,
    isAuthenticated ? element(ns.identity, 'ProductVersion', [version]) : undefined,
    element(ns.identity, 'SecurityProfiles', [element(ns.identity, 'SecurityProfileName', [profile])]),
  ]);
}
