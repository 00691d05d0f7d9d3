// A provider over a service with targets on loopback, and its methods by either way of asking.

import {
  type CallInput,
  classByName,
  decodeStructure,
  encodeStructure,
  type MethodClassName,
  type MethodName,
  type MethodOut,
  ntStatus,
  openWmi,
  type StructureValue,
  type WmiProvider,
} from 'hawser/wmi';
import { isdscCodes } from '../../../src/base/index.ts';
import { openLab, type ServiceLab, targetName } from '../service/service-lab.ts';

export { eventOf, targetName } from '../service/service-lab.ts';

/** The value of an ISDSC code. */
export function isdsc(name: keyof typeof isdscCodes): number {
  return isdscCodes[name].value;
}

/** By values, or by GUID, method id and bytes. */
export type Way = 'typed' | 'raw';

/** A lab with a provider. */
export class WmiLab implements AsyncDisposable {
  readonly lab: ServiceLab;
  readonly provider: WmiProvider;
  readonly adapterName: string;
  readonly #way: Way;

  constructor(lab: ServiceLab, way: Way) {
    this.lab = lab;
    this.#way = way;
    const { service } = lab;
    this.provider = openWmi({ service, adapters: service.adapters });
    this.adapterName = this.adapter.name;
  }

  get adapter(): ServiceLab['service']['adapters'][number] {
    const [adapter] = this.lab.service.adapters;
    if (adapter === undefined) throw new Error('the service has no adapter');
    return adapter;
  }

  /** Calls a method of MSiSCSI_Operations. */
  async operate<M extends MethodName<'MSiSCSI_Operations'>>(
    method: M,
    input: CallInput<'MSiSCSI_Operations', M>,
  ): Promise<StructureValue<MethodOut<'MSiSCSI_Operations', M>>> {
    return await this.call('MSiSCSI_Operations', method, input);
  }

  async call<C extends MethodClassName, M extends MethodName<C>>(
    className: C,
    method: M,
    input: CallInput<C, M>,
  ): Promise<StructureValue<MethodOut<C, M>>> {
    if (this.#way === 'typed') return await this.provider.call(className, method, this.adapterName, input);
    const { guid = '', methods = [] } = classByName(className) ?? {};
    const facts = methods.find(({ name }) => name === method);
    if (facts === undefined) throw new Error(`no ${method}`);
    const bytes = facts.in === undefined ? new Uint8Array() : encodeStructure(facts.in, input as never);
    const { status, output } = await this.provider.execute(`{${guid}}`, this.adapterName, facts.methodId, bytes);
    if (status !== ntStatus.STATUS_SUCCESS) throw new Error(`NTSTATUS ${status.toString(16)}`);
    return decodeStructure(facts.out, output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.provider.close();
    await this.lab[Symbol.asyncDispose]();
  }
}

/** Opens a lab with one target, which the service has not been told of. */
export async function openWmiLab(
  way: Way,
  options: Parameters<ServiceLab['target']>[0] = {},
): Promise<WmiLab & { readonly target: Awaited<ReturnType<ServiceLab['target']>> }> {
  // A logout that finds nobody gives up soon.
  const limits = { reconnectIntervalMs: 50, pingIntervalMs: 0, logoutTimeoutMs: 200 };
  const lab = await openLab({ sessionDefaults: { limits } });
  const target = await lab.target({ name: targetName, ...options });
  return Object.assign(new WmiLab(lab, way), { target });
}
