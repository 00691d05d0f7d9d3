// The initiator instances of the service, by name.

import { ServiceError } from '../base/index.ts';
import type { InstanceInfo } from './contract/initiator.ts';
import { anyInitiatorPort, type InitiatorPlace } from './contract/names.ts';
import type { InstancePort } from './instance-port.ts';
import { hex } from './unique-ids.ts';
import { plainPlace } from './wanted/place.ts';

/** All instances; there is at least one. */
export class Instances {
  readonly all: readonly InstancePort[];
  readonly first: InstancePort;

  constructor(first: InstancePort, others: readonly InstancePort[]) {
    this.first = first;
    this.all = [first, ...others];
  }

  /**
   * The instance of a place: the first one where any will do. Throws ServiceError SERVICE_INSTANCE_UNKNOWN for a name that
   * is none and for a port that it does not have, and SERVICE_BAD_REQUEST for a port of no particular instance.
   */
  at({ instance: name, initiatorPort = anyInitiatorPort }: InitiatorPlace): InstancePort {
    if (name === undefined && initiatorPort !== anyInitiatorPort && this.all.length > 1) {
      throw new ServiceError('SERVICE_BAD_REQUEST', 'initiatorPort: names a port, but not of which instance', {
        field: 'initiatorPort',
      });
    }
    const instance = name === undefined ? this.first : this.named(name);
    if (initiatorPort === anyInitiatorPort || instance.ports[initiatorPort] !== undefined) return instance;
    const message = `${instance.name} has no initiator port ${initiatorPort}`;
    throw new ServiceError('SERVICE_INSTANCE_UNKNOWN', message, { field: 'initiatorPort' });
  }

  /** The place as it is kept: with the instance's own spelling of its name, and without what means any. */
  place(place: InitiatorPlace): InitiatorPlace {
    const { instance, ...port } = plainPlace(place);
    if (instance === undefined) return port;
    return { instance: this.#find(instance)?.name ?? instance, ...port };
  }

  /** Throws ServiceError SERVICE_INSTANCE_UNKNOWN for a name that is none. */
  named(name: string): InstancePort {
    const instance = this.#find(name);
    if (instance !== undefined) return instance;
    throw new ServiceError('SERVICE_INSTANCE_UNKNOWN', `There is no initiator instance ${name}`, { field: 'instance' });
  }

  infos(): InstanceInfo[] {
    return this.all.map((instance) => ({
      instance: instance.name,
      adapterId: hex(instance.adapterId),
      sessionCount: instance.sessions().length,
      ports: instance.ports,
    }));
  }

  #find(name: string): InstancePort | undefined {
    return this.all.find((each) => each.name.toLowerCase() === name.toLowerCase());
  }
}
