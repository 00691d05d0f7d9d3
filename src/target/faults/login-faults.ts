// Faults of logins: refused, or sent elsewhere.

import { loginStatus } from '../../wire/index.ts';
import type { HookLogin, LoginVerdict } from '../hooks.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, type FaultParameter, flag, integer, text } from './parameter.ts';
import { connectionSelectors, timing } from './trigger.ts';

/** The names of these faults. */
export type LoginFaultName = 'redirect-login' | 'refuse-login';

const selection: readonly FaultParameter[] = [
  choice('type', ['any', 'normal', 'discovery'], 'the type of the session', { standard: 'normal' }),
  choice('connection', ['any', 'first', 'added'], 'the first of a session, or one that joins it', { standard: 'any' }),
  // A login that is refused has no session.
  ...connectionSelectors.filter(({ key }) => key !== 'session'),
  ...timing(1),
];

export const loginFaults: Readonly<Record<LoginFaultName, FaultDefinition>> = {
  'refuse-login': {
    does: 'Refuses a login when it has named the initiator.',
    clause: 'RFC 7143 §11.13.5',
    parameters: [
      integer('class', [1, 255], 'Status-Class; 2 is the initiator’s fault, 3 the target’s', { standard: 3 }),
      integer('detail', [0, 255], 'Status-Detail; in class 3 0 is an error, 1 no service, 2 no resources', {
        standard: 1,
      }),
      ...selection,
    ],
    arm: (context) => {
      const { settings } = context;
      const status = (settings.number('class') << 8) | settings.number('detail');
      return answering(context, { status, why: 'a fault was injected' });
    },
  },
  'redirect-login': {
    does: 'Sends a login elsewhere.',
    clause: 'RFC 7143 §11.13.5, §13.8',
    parameters: [
      text(
        'address',
        /^(?:[^\s,[\]:]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i,
        '192.0.2.7:3260',
        'TargetAddress, with brackets around IPv6',
        {
          isRequired: true,
        },
      ),
      flag('permanent', 'whether the target has moved for good', { standard: false }),
      ...selection,
    ],
    arm: (context) => {
      const { settings } = context;
      const { targetMovedPermanently, targetMovedTemporarily } = loginStatus;
      const status = settings.isSet('permanent') ? targetMovedPermanently : targetMovedTemporarily;
      return answering(context, { status, why: 'a fault was injected', targetAddress: settings.text('address') });
    },
  },
};

function answering({ settings, trigger }: FaultContext, verdict: NonNullable<LoginVerdict>): FaultPoints {
  const isWanted = ({ isDiscovery, tsih, connection }: HookLogin): boolean => {
    const type = settings.text('type');
    const wanted = settings.text('connection');
    return (
      trigger.selects(connection) &&
      (type === 'any' || (type === 'discovery') === isDiscovery) &&
      (wanted === 'any' || (wanted === 'added') === (tsih !== 0))
    );
  };
  return { onLogin: (login) => (isWanted(login) && trigger.strikes() ? verdict : undefined) };
}
