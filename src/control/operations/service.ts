// Operations on the service itself and on the initiator node.

import { initiatorInfo, initiatorInput, serviceStatus, versionInfo } from '../schemas/initiator.ts';
import type { OperationTable } from './operation.ts';

export const serviceOperations: OperationTable<'status' | 'version' | 'initiator' | 'setInitiator'> = {
  status: {
    method: 'GET',
    path: '/v1/status',
    summary: 'How the service is, and what is not as wanted',
    input: undefined,
    output: serviceStatus,
    errors: [],
  },
  version: {
    method: 'GET',
    path: '/v1/version',
    summary: 'The version numbers of the service',
    input: undefined,
    output: versionInfo,
    errors: [],
  },
  initiator: {
    method: 'GET',
    path: '/v1/initiator',
    summary: 'The initiator node and its instances',
    input: undefined,
    output: initiatorInfo,
    errors: [],
  },
  setInitiator: {
    method: 'PATCH',
    path: '/v1/initiator',
    summary: 'Changes the name or the alias of the initiator node; null goes back to the default',
    input: initiatorInput,
    output: initiatorInfo,
    errors: ['SERVICE_BAD_REQUEST'],
  },
};
