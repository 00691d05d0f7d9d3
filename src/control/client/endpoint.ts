// Where the client finds the service, and what it sends along with every request.

import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { UsageError } from '../../base/index.ts';

/** The address of a control API. */
export type ControlAddress =
  | { readonly socketPath: string }
  | {
      /** `http://127.0.0.1:3261`, or `https://…` for other hosts. */
      readonly url: string;
      readonly token: string;
      /** The certificate authority to trust, as PEM; those of the system unless given. */
      readonly ca?: string;
    };

/** An address that requests can be sent to. */
export interface Endpoint {
  /** For messages. */
  readonly name: string;
  /** Makes a request over a connection that is kept, or over one of its own. */
  open(options: EndpointRequest): ClientRequest;
  /** Closes the connections that are kept. */
  close(): void;
}

export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isAlone?: boolean;
}

/** How many connections one client keeps busy at a time; further requests wait for one. */
const mostConnections = 128;

const agentOptions = { keepAlive: true, maxSockets: mostConnections, scheduling: 'lifo' } as const;

/** Checks the address. Throws UsageError ISCSI_BAD_ARGUMENT for one that is none. */
export function makeEndpoint(address: ControlAddress): Endpoint {
  if ('socketPath' in address) {
    const { socketPath } = address;
    return endpoint(socketPath, new HttpAgent(agentOptions), httpRequest, { socketPath, host: 'localhost' }, {});
  }
  const url = parse(address.url);
  const { hostname, port, protocol } = url;
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? undefined : Number(port) };
  const headers = { authorization: `Bearer ${address.token}` };
  if (protocol === 'http:') return endpoint(url.origin, new HttpAgent(agentOptions), httpRequest, place, headers);
  const trust = address.ca === undefined ? {} : { ca: address.ca };
  return endpoint(
    url.origin,
    new HttpsAgent({ ...agentOptions, ...trust }),
    httpsRequest,
    { ...place, ...trust },
    headers,
  );
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/') {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `${text} is no address of a control API`, { argument: 'url' });
  }
  return url;
}

function endpoint(
  name: string,
  agent: HttpAgent,
  request: (options: RequestOptions) => ClientRequest,
  place: Pick<RequestOptions, 'socketPath' | 'host' | 'port'>,
  authorization: Readonly<Record<string, string>>,
): Endpoint {
  return {
    name,
    open: ({ method, path, headers, isAlone }) =>
      request({
        ...place,
        method,
        path,
        headers: { ...headers, ...authorization },
        agent: isAlone === true ? false : agent,
      }),
    close: () => {
      agent.destroy();
    },
  };
}
