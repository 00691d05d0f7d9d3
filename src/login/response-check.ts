// What must hold of the header of every Login Response that goes on with the login. RFC 7143 §6.3, §11.13.

import { ProtocolError, snAdd } from '../base/index.ts';
import { type LoginResponse, loginStage, opcode } from '../wire/index.ts';
import type { LoginHeader } from './login-options.ts';

/** Our side of an exchange: the request that the response answers. */
export interface OpenExchange {
  readonly isTransit: boolean;
  readonly currentStage: number;
  readonly nextStage: number;
  /** Undefined before the first response, which may start anywhere (§11.13.4). */
  readonly expectedStatSn: number | undefined;
}

/** Throws ProtocolError ISCSI_UNEXPECTED_PDU unless the response belongs to this login's task. */
export function checkTask(response: LoginResponse, header: LoginHeader): void {
  if (response.initiatorTaskTag === header.initiatorTaskTag) return;
  throw new ProtocolError('ISCSI_UNEXPECTED_PDU', 'A Login Response names a task that is not this login', {
    opcode: opcode.loginResponse,
    byte: 16,
    value: response.initiatorTaskTag,
    clause: 'RFC 7143 §11.12',
  });
}

/** Throws ProtocolError ISCSI_BAD_FIELD or ISCSI_BAD_SEQUENCE with the byte at fault. */
export function checkResponse(response: LoginResponse, header: LoginHeader, exchange: OpenExchange): void {
  if (response.versionActive !== 0) throw badField('Version-active is not 0', 3, response.versionActive, '§11.13.2');
  if (response.isid !== header.isid) throw badField('the ISID is not ours', 8, response.isid, '§11.12.5');
  checkTsih(response, header);
  checkStages(response, exchange);
  if (exchange.expectedStatSn !== undefined && response.statSn !== exchange.expectedStatSn) {
    throw new ProtocolError('ISCSI_BAD_SEQUENCE', `StatSN ${response.statSn} came for ${exchange.expectedStatSn}`, {
      opcode: opcode.loginResponse,
      byte: 24,
      value: response.statSn,
      clause: 'RFC 7143 §11.13.4',
    });
  }
}

/** The StatSN that the next response has to carry. */
export function nextStatSn(response: LoginResponse): number {
  return snAdd(response.statSn, 1);
}

/**
 * On an added connection the handle is ours all along; on the leading one the final response brings it. What partial
 * responses of a leading login carry there is of no use and not looked at.
 */
function checkTsih(response: LoginResponse, header: LoginHeader): void {
  if (header.tsih !== 0 && response.tsih !== header.tsih) {
    throw badField('the TSIH is not that of the session', 14, response.tsih, '§11.13.3');
  }
  const isFinal = response.isTransit && response.nextStage === loginStage.fullFeaturePhase;
  if (isFinal && response.tsih === 0) {
    throw badField('the final response of a new session has no TSIH', 14, response.tsih, '§11.13.3');
  }
}

function checkStages(response: LoginResponse, exchange: OpenExchange): void {
  if (response.currentStage !== exchange.currentStage) {
    throw badField('the current stage is not that of the request', 1, response.currentStage, '§6.3');
  }
  if (!response.isTransit) return;
  if (response.isContinue) throw badField('T and C are both set', 1, 1, '§11.13.7');
  if (!exchange.isTransit) throw badField('T is set and was not in the request', 1, 1, '§11.13.6');
  const isForward =
    response.nextStage === loginStage.fullFeaturePhase ||
    (response.nextStage === loginStage.loginOperationalNegotiation && response.nextStage > response.currentStage);
  if (!isForward || response.nextStage > exchange.nextStage) {
    throw badField('the next stage cannot follow', 1, response.nextStage, '§6.3');
  }
}

function badField(what: string, byte: number, value: number, clause: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_FIELD', `In a Login Response, ${what} (${value})`, {
    opcode: opcode.loginResponse,
    byte,
    value,
    clause: `RFC 7143 ${clause}`,
  });
}
