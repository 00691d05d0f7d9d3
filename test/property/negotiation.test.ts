// Negotiation agreement: whatever a lawful target answers, both sides come to the same values and these lie within what
// was offered; whatever an unlawful one answers, the login ends with an error of ours. RFC 7143 §6.2, §13.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import { IscsiError } from '../../src/base/index.ts';
import {
  type KeyOfferOptions,
  type LoginStep,
  type NegotiatedParameters,
  resolveKeyOffers,
  startLogin,
} from '../../src/login/index.ts';
import type { LoginResponse } from '../../src/wire/index.ts';
import { constantRandom, loginOptions, mutualAuth, securityDone } from '../support/login-cases.ts';
import { type Answer, type Heard, ScriptedTarget } from '../support/scripted-target.ts';

/** What a target is willing to do, as its administrator would set it. Read from RFC 7143 §13 for this test. */
interface TargetWill {
  readonly digests: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
  readonly yes: Readonly<Record<string, boolean>>;
  /** Which keys it answers in which of its responses, and which it leaves at Reject or Irrelevant. */
  readonly order: readonly number[];
  readonly refuses: readonly string[];
  /** Whether it leaves out the Boolean answers that are optional. */
  readonly isTerse: boolean;
  readonly isHex: boolean;
}

const minimum = ['MaxConnections', 'MaxBurstLength', 'FirstBurstLength', 'DefaultTime2Retain', 'MaxOutstandingR2T'];
const ranges: Readonly<Record<string, readonly [number, number, number]>> = {
  MaxConnections: [1, 65535, 1],
  MaxBurstLength: [512, 16777215, 262144],
  FirstBurstLength: [512, 16777215, 65536],
  DefaultTime2Wait: [0, 3600, 2],
  DefaultTime2Retain: [0, 3600, 20],
  MaxOutstandingR2T: [1, 65535, 1],
  ErrorRecoveryLevel: [0, 2, 0],
};
const orKeys = ['InitialR2T', 'DataPDUInOrder', 'DataSequenceInOrder'];
const booleans = [...orKeys, 'ImmediateData'];

const will: fc.Arbitrary<TargetWill> = fc.record({
  digests: fc.constantFrom(['None'], ['CRC32C'], ['CRC32C', 'None']),
  numbers: fc.record(
    Object.fromEntries(Object.entries(ranges).map(([key, [min, max]]) => [key, fc.integer({ min, max })])),
  ),
  yes: fc.record(Object.fromEntries(booleans.map((key) => [key, fc.boolean()]))),
  order: fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }),
  refuses: fc.subarray([...Object.keys(ranges), ...booleans]),
  isTerse: fc.boolean(),
  isHex: fc.boolean(),
});

const wishes: fc.Arbitrary<KeyOfferOptions> = fc
  .record({
    headerDigest: fc.constantFrom('None,CRC32C', 'CRC32C,None', 'None'),
    dataDigest: fc.constantFrom('None,CRC32C', 'CRC32C,None', 'None'),
    maxConnections: fc.integer({ min: 1, max: 65535 }),
    initialR2t: fc.boolean(),
    immediateData: fc.boolean(),
    maxBurstLength: fc.integer({ min: 512, max: 16777215 }),
    firstBurstLength: fc.integer({ min: 512, max: 16777215 }),
    defaultTime2Wait: fc.integer({ min: 0, max: 3600 }),
    defaultTime2Retain: fc.integer({ min: 0, max: 3600 }),
    maxOutstandingR2t: fc.integer({ min: 1, max: 65535 }),
    dataPduInOrder: fc.boolean(),
    dataSequenceInOrder: fc.boolean(),
    errorRecoveryLevel: fc.integer({ min: 0, max: 2 }),
  } as const)
  .map((wish) => ({
    ...wish,
    firstBurstLength: Math.min(wish.firstBurstLength, wish.maxBurstLength),
    maxOutstandingR2t: wish.errorRecoveryLevel > 0 ? 1 : wish.maxOutstandingR2t,
  }));

/** A lawful target's view of the operational stage: answers to all that was offered, and the values it then holds. */
function answerOffers(heard: Heard, target: TargetWill): { answers: string[]; held: Map<string, string> } {
  const held = new Map<string, string>();
  const answers: string[] = [];
  for (const line of heard.text) {
    const [key = '', offer = ''] = line.split('=');
    const range = ranges[key];
    if (key.endsWith('Digest')) {
      const chosen = offer.split(',').find((item) => target.digests.includes(item));
      held.set(key, chosen ?? 'None');
      answers.push(`${key}=${chosen ?? 'Reject'}`);
    } else if (target.refuses.includes(key)) {
      held.set(key, range === undefined ? 'Yes' : String(range[2]));
      answers.push(`${key}=${target.isTerse ? 'Reject' : 'Irrelevant'}`);
    } else if (range !== undefined) {
      const own = target.numbers[key] ?? 0;
      const isMinimum = minimum.includes(key) || key === 'ErrorRecoveryLevel';
      const chosen = isMinimum ? Math.min(own, Number(offer)) : Math.max(own, Number(offer));
      held.set(key, String(chosen));
      answers.push(`${key}=${target.isHex ? `0x${chosen.toString(16)}` : chosen}`);
    } else if (booleans.includes(key)) {
      const own = target.yes[key] === true;
      const isOr = orKeys.includes(key);
      const result = isOr ? own || offer === 'Yes' : own && offer === 'Yes';
      held.set(key, result ? 'Yes' : 'No');
      const isOptional = offer === (isOr ? 'Yes' : 'No');
      if (!(isOptional && target.isTerse)) answers.push(`${key}=${result ? 'Yes' : 'No'}`);
    }
  }
  // A target checks integrity before it answers (§6.2): it lowers what it chose itself.
  if (Number(held.get('FirstBurstLength')) > Number(held.get('MaxBurstLength'))) {
    const most = held.get('MaxBurstLength') ?? '';
    held.set('FirstBurstLength', most);
    const at = answers.findIndex((line) => line.startsWith('FirstBurstLength='));
    if (!target.refuses.includes('FirstBurstLength')) answers[at] = `FirstBurstLength=${most}`;
  }
  return { answers, held };
}

/** Our parameters under the names of their keys. */
function byKey(parameters: NegotiatedParameters): Record<string, string> {
  const word = (value: boolean): string => (value ? 'Yes' : 'No');
  const digest = (value: boolean): string => (value ? 'CRC32C' : 'None');
  return {
    HeaderDigest: digest(parameters.headerDigest),
    DataDigest: digest(parameters.dataDigest),
    MaxConnections: String(parameters.maxConnections),
    InitialR2T: word(parameters.initialR2t),
    ImmediateData: word(parameters.immediateData),
    MaxBurstLength: String(parameters.maxBurstLength),
    FirstBurstLength: String(parameters.firstBurstLength),
    DefaultTime2Wait: String(parameters.defaultTime2Wait),
    DefaultTime2Retain: String(parameters.defaultTime2Retain),
    MaxOutstandingR2T: String(parameters.maxOutstandingR2t),
    DataPDUInOrder: word(parameters.dataPduInOrder),
    DataSequenceInOrder: word(parameters.dataSequenceInOrder),
    ErrorRecoveryLevel: String(parameters.errorRecoveryLevel),
  };
}

suite('§6.2 negotiation agreement', () => {
  test('§6.2: both sides hold the same values, whatever a lawful target wants and however it spreads its answers', () => {
    fc.assert(
      fc.property(wishes, will, (wish, target) => {
        const script = new ScriptedTarget();
        const login = startLogin(loginOptions({ offers: resolveKeyOffers(wish) }));
        script.play(login, [securityDone]);
        const { answers, held } = answerOffers(script.last, target);
        const part = (n: number): string[] => answers.filter((_, index) => (target.order[index] ?? 0) === n);
        const step = script.more(login, [
          { text: part(0) },
          { text: part(1) },
          { text: part(2) },
          { t: true, text: part(3) },
        ]);
        assert.ok(step.kind === 'done');
        const ours = byKey(step.result.parameters);
        for (const [key, value] of held) assert.equal(ours[key], value, key);
        // Refused keys stand at their defaults, which may lie outside the offer; chosen ones never do.
        for (const key of minimum) {
          const offer = script.allText.find((line) => line.startsWith(`${key}=`))?.split('=')[1];
          if (!target.refuses.includes(key)) assert.ok(Number(ours[key]) <= Number(offer), key);
        }
        assert.ok(Number(ours['FirstBurstLength']) <= Number(ours['MaxBurstLength']));
      }),
      { numRuns: 300 },
    );
  });
});

const word = fc.constantFrom(
  ...['AuthMethod', 'CHAP_A', 'CHAP_I', 'CHAP_C', 'CHAP_N', 'CHAP_R', 'TargetPortalGroupTag', 'TargetAlias'],
  ...['TargetAddress', 'MaxRecvDataSegmentLength', 'SendTargets', 'IFMarker', 'OFMarkInt', 'X-com.example.key', 'Zzz'],
  ...['HeaderDigest', 'TaskReporting', 'iSCSIProtocolLevel', 'InitiatorName', 'SessionType', 'X#NodeArchitecture'],
  ...Object.keys(ranges),
  ...booleans,
);
const value = fc.oneof(
  fc.constantFrom('None', 'CHAP', 'CRC32C', 'Yes', 'No', 'Reject', 'Irrelevant', 'NotUnderstood', '', '0', '5', '0x'),
  fc.nat().map(String),
  fc.nat().map((n) => `0x${n.toString(16)}`),
  fc.base64String({ maxLength: 40 }).map((text) => `0b${text}`),
  fc.string({ maxLength: 40, unit: 'binary' }),
);
const garbage: fc.Arbitrary<Answer> = fc.record(
  {
    text: fc.array(
      fc.oneof(
        fc.tuple(word, value).map(([key, text]) => `${key}=${text}`),
        fc.constantFrom('TargetPortalGroupTag=1', 'AuthMethod=None', 'AuthMethod=CHAP', 'CHAP_A=5', 'CHAP_I=7'),
      ),
      { maxLength: 6 },
    ),
    raw: fc.uint8Array({ maxLength: 40 }),
    t: fc.boolean(),
    c: fc.boolean(),
    nsg: fc.nat(3),
    csg: fc.nat(3),
    status: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
    tsih: fc.nat(0xffff),
  },
  { requiredKeys: [] },
);

suite('robustness', () => {
  test('whatever the target sends, a login ends with a result, a redirection or an error of ours', () => {
    fc.assert(
      fc.property(fc.array(garbage, { minLength: 1, maxLength: 8 }), fc.boolean(), (answers, isChap) => {
        const auth = isChap ? mutualAuth() : { allowNone: true };
        const login = startLogin(loginOptions({ auth, random: constantRandom(3) }));
        // A good beginning for half of the runs, so that the garbage gets further than the first check.
        const start: Answer[] =
          answers.length % 2 === 0
            ? [isChap ? { text: ['TargetPortalGroupTag=1', 'AuthMethod=CHAP'] } : securityDone]
            : [];
        endsWell(() => new ScriptedTarget().play(login, [...start, ...answers]), isChap);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever the header holds, a login throws nothing but errors of ours', () => {
    const field = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(0, 1, 7), fc.nat(max));
    const header: fc.Arbitrary<LoginResponse> = fc.record({
      opcode: fc.constant(0x23),
      isTransit: fc.boolean(),
      isContinue: fc.boolean(),
      currentStage: fc.nat(3),
      nextStage: fc.nat(3),
      versionMax: field(255),
      versionActive: field(255),
      isid: fc.oneof(fc.constant(0x8000_1234_5678), fc.nat()),
      tsih: field(0xffff),
      initiatorTaskTag: field(0xffff_ffff),
      statSn: field(0xffff_ffff),
      expCmdSn: field(0xffff_ffff),
      maxCmdSn: field(0xffff_ffff),
      statusClass: field(255),
      statusDetail: field(255),
    } as const);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 200 }), (response, data) => {
        const login = startLogin(loginOptions());
        login.first();
        endsWell(() => login.step(response, data), false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Nothing but our errors, and never past authentication: no garbage holds the target's proof. */
function endsWell(run: () => LoginStep, isChap: boolean): void {
  try {
    const step = run();
    if (isChap) assert.ok(step.kind !== 'done' && !(step.kind === 'send' && step.pdu.currentStage === 1));
  } catch (error) {
    if (!(error instanceof IscsiError)) throw error;
  }
}
