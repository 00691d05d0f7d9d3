// A transport whose links can be ended from the initiator's side, as by its host: the engine learns of it as of any loss.

import type { Link, LinkEvents, TransportDriver } from '../../src/engine/index.ts';

export interface SeverableTransport {
  readonly driver: TransportDriver;
  /** Links that are connected now. */
  readonly open: number;
  /** Ends the links that are connected now, or the newest of them, by a RST to the target. */
  sever(which: 'all' | 'newest'): void;
}

export function severable(inner: TransportDriver): SeverableTransport {
  const links = new Set<Link>();
  const kept = (link: Link): Link => {
    links.add(link);
    return {
      get local() {
        return link.local;
      },
      get remote() {
        return link.remote;
      },
      start: (events: LinkEvents) => {
        link.start({
          received: events.received.bind(events),
          ...(events.nextBuffer === undefined ? {} : { nextBuffer: events.nextBuffer.bind(events) }),
          written: events.written.bind(events),
          ended: events.ended.bind(events),
          closed: (error) => {
            links.delete(link);
            events.closed(error);
          },
        });
      },
      write: link.write.bind(link),
      pause: link.pause.bind(link),
      resume: link.resume.bind(link),
      end: link.end.bind(link),
      destroy: link.destroy.bind(link),
      reset: link.reset.bind(link),
    };
  };
  return {
    driver: {
      name: inner.name,
      checkBinding: inner.checkBinding.bind(inner),
      connect: async (...to) => kept(await inner.connect(...to)),
    },
    get open() {
      return links.size;
    },
    sever: (which) => {
      const chosen = which === 'all' ? [...links] : [...links].slice(-1);
      for (const link of chosen) link.reset();
    },
  };
}
