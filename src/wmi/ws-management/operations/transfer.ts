// Get and Put (WS-Transfer, DSP0226 clause 7): one instance, or one property of it, read and written.

import type { CimObject, CimValues } from '../../cim/cim-value.ts';
import { findInstance, formatKey } from '../../cim/instance-keys.ts';
import { readValues, type ValueReader } from '../cim-xml/read-values.ts';
import { writeFragment, writeInstance } from '../cim-xml/write-object.ts';
import type { WsAnswer } from '../envelope/write-envelope.ts';
import { action, ns } from '../names.ts';
import { soapFault } from '../soap-fault.ts';
import { element, isNamed, type XmlElement } from '../xml/xml-node.ts';
import { type Operation, requireAllKeys, type Target, targetOf } from './operation.ts';

/** `Get`. */
export async function get(operation: Operation): Promise<WsAnswer> {
  const target = targetOf(operation);
  requireAllKeys(target);
  const instance = await findInstance(target.cimClass, target.keys, operation.signal);
  if (instance === undefined) throw soapFault('destinationUnreachable', { text: 'There is no such instance' });
  return represent(operation, target, instance, `${action.get}Response`);
}

/** `Put`. What is not writable is passed over: clients send whole instances back. */
export async function put(operation: Operation): Promise<WsAnswer> {
  const target = targetOf(operation);
  const { cimClass, keys } = target;
  requireAllKeys(target);
  if (cimClass.put === undefined) throw soapFault('actionNotSupported', { text: 'The class has nothing to write' });
  const values = readRepresentation(operation, target);
  for (const { name, isKey } of cimClass.properties) {
    const given = isKey ? values[name] : undefined;
    if (given !== undefined && formatKey(given).toLowerCase() !== keys[name]?.toLowerCase()) {
      throw soapFault('invalidRepresentation', { detail: 'InvalidValues', text: 'A key is not that of the selectors' });
    }
  }
  const writable = new Set(cimClass.properties.filter(({ isWritable }) => isWritable).map(({ name }) => name));
  const changes = Object.fromEntries(Object.entries(values).filter(([name]) => writable.has(name)));
  if (Object.keys(changes).length === 0) {
    throw soapFault('invalidRepresentation', { detail: 'MissingValues', text: 'There is nothing that can be written' });
  }
  const instance = await cimClass.put(keys, changes, operation.signal);
  return represent(operation, target, instance, `${action.put}Response`);
}

/** What is sent to be written: a whole instance, or with FragmentTransfer one property in a wsman:XmlFragment. */
function readRepresentation({ endpoint, request }: Operation, { cimClass, objects }: Target): CimValues {
  const { body, fragment } = request;
  if (body === undefined) throw soapFault('invalidRepresentation', { detail: 'MissingValues' });
  const isExpected =
    fragment === undefined
      ? body.name.toLowerCase() === cimClass.name.toLowerCase()
      : isNamed(body, ns.wsman, 'XmlFragment');
  if (!isExpected) {
    throw soapFault('invalidRepresentation', {
      detail: 'InvalidNamespace',
      text: 'The body is no instance of the class',
    });
  }
  const reader: ValueReader = {
    repository: endpoint.repository,
    namespace: cimClass.namespace,
    refuse: (why, name) => {
      const text = why === 'unknown' ? `The class has no property ${name}` : `${name} has no value of its type`;
      throw soapFault('invalidRepresentation', { detail: 'InvalidValues', text });
    },
  };
  const shapes = fragment === undefined ? cimClass.properties : [propertyNamed({ cimClass, objects }, fragment)];
  return readValues(reader, shapes, body);
}

function propertyNamed(
  { cimClass }: Pick<Target, 'cimClass' | 'objects'>,
  name: string,
): Target['cimClass']['properties'][number] {
  const property = cimClass.properties.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (property === undefined) {
    throw soapFault('invalidRepresentation', { detail: 'InvalidFragment', text: 'The class has no such property' });
  }
  return property;
}

function represent({ request }: Operation, target: Target, instance: CimObject, answer: string): WsAnswer {
  const { objects, cimClass } = target;
  const { fragment } = request;
  if (fragment === undefined) return { action: answer, body: writeInstance(objects, cimClass, instance) };
  const { name } = propertyNamed(target, fragment);
  const header: XmlElement = element(
    ns.wsman,
    'FragmentTransfer',
    [name],
    [{ namespace: ns.soap, name: 'mustUnderstand', value: 'true' }],
  );
  return { action: answer, headers: [header], body: writeFragment(objects, cimClass, instance, [[name]]) };
}
