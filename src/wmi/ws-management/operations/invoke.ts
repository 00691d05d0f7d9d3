// Methods (DSP0227, WS-Management CIM binding): the action is the class's URI and the method's name, the body its parameters.

import type { CimMethod } from '../../cim/cim-class.ts';
import type { CimValues } from '../../cim/cim-value.ts';
import { readValues, type ValueReader } from '../cim-xml/read-values.ts';
import { writeOutput } from '../cim-xml/write-object.ts';
import type { WsAnswer } from '../envelope/write-envelope.ts';
import { soapFault } from '../soap-fault.ts';
import { type Operation, requireAllKeys, type Target, targetOf } from './operation.ts';

/** The name of the method that an action is, with the resource URI; undefined where it is none. */
export function methodOf(action: string, resourceUri: string | undefined): string | undefined {
  if (resourceUri === undefined) return undefined;
  const start = `${resourceUri}/`;
  if (!action.toLowerCase().startsWith(start.toLowerCase())) return undefined;
  const name = action.slice(start.length);
  return /^[A-Za-z_]\w{0,255}$/.test(name) ? name : undefined;
}

/** Calls a method of a class or of an instance. */
export async function invoke(operation: Operation, methodName: string): Promise<WsAnswer> {
  const target = targetOf(operation);
  const { cimClass, objects } = target;
  const method = cimClass.methods.find(({ name }) => name.toLowerCase() === methodName.toLowerCase());
  if (method === undefined || cimClass.invoke === undefined) {
    throw soapFault('actionNotSupported', { text: 'The class has no such method' });
  }
  if (!method.isStatic) requireAllKeys(target);
  const input = readInput(operation, target, method);
  // A method of the class may be called on an instance, which says what its parameters do not.
  const keys = method.isStatic && Object.keys(target.keys).length === 0 ? undefined : target.keys;
  const output = await cimClass.invoke(method.name, keys, input, operation.signal);
  return { action: `${operation.request.action}Response`, body: writeOutput(objects, cimClass, method, output) };
}

function readInput({ endpoint, request }: Operation, { cimClass }: Target, method: CimMethod): CimValues {
  const { body } = request;
  if (body === undefined) return {};
  if (body.name.toLowerCase() !== `${method.name}_INPUT`.toLowerCase()) {
    throw soapFault('schemaValidationError', { text: `The body is no ${method.name}_INPUT` });
  }
  const reader: ValueReader = {
    repository: endpoint.repository,
    namespace: cimClass.namespace,
    refuse: (why, name) => {
      const [detail, text] =
        why === 'unknown'
          ? ['InvalidName', `The method has no parameter ${name}`]
          : ['TypeMismatch', `${name} has no value of its type`];
      throw soapFault('invalidParameter', { detail, text });
    },
  };
  return readValues(
    reader,
    method.parameters.filter(({ isIn }) => isIn),
    body,
  );
}
