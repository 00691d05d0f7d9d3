// Logins for tests: options that work, shortcuts through the stages, and checks of how a login failed.

import assert from 'node:assert/strict';

import { IscsiError } from '../../src/base/index.ts';
import {
  type AuthOptions,
  type ChapOptions,
  type LoginOptions,
  type NegotiatedParameters,
  startLogin,
} from '../../src/login/index.ts';
import { type Answer, type Line, ScriptedTarget } from './scripted-target.ts';

export const initiatorName = 'iqn.1999-07.com.os:hostid.77';
export const targetName = 'iqn.1999-07.com.example:diskarray.sn.88';

/** Options of a leading login to a normal session without authentication. */
export function loginOptions(changes: Partial<LoginOptions> = {}): LoginOptions {
  return {
    initiatorName,
    targetName,
    sessionType: 'Normal',
    isid: 0x8000_1234_5678,
    tsih: 0,
    cid: 1,
    cmdSn: 123,
    initiatorTaskTag: 7,
    auth: { allowNone: true },
    isLeading: true,
    ...changes,
  };
}

/** The first answer of a target that wants no authentication. */
export const securityDone: Answer = { t: true, text: ['TargetPortalGroupTag=1', 'AuthMethod=None'] };

/** A final answer. */
export const finalAnswer: Answer = { t: true };

/** Plays `operational` answers after a security stage without authentication; returns the parameters agreed. */
export function negotiate(operational: readonly Line[], changes: Partial<LoginOptions> = {}): NegotiatedParameters {
  const step = new ScriptedTarget().play(startLogin(loginOptions(changes)), [securityDone, ...operational]);
  assert.ok(step.kind === 'done');
  return step.result.parameters;
}

/** Asserts that `work` throws an IscsiError of this code, and of this key when given; returns it. */
export function failsWith(work: () => unknown, code: string, key?: string): IscsiError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof IscsiError, `not an IscsiError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (key !== undefined) assert.equal((error as IscsiError & { key?: string }).key, key, error.message);
    return error;
  }
  return assert.fail(`nothing thrown where ${code} was due`);
}

export const initiatorSecret: Uint8Array = Buffer.from('initiator-secret');
export const targetSecret: Uint8Array = Buffer.from('target-secret-xyz');

/** One-way CHAP. */
export function chapAuth(changes: Partial<ChapOptions> = {}, allowNone = false): AuthOptions {
  return { chap: { user: 'initiator', secret: initiatorSecret, ...changes }, allowNone };
}

/** Mutual CHAP with a fixed name of the target. */
export function mutualAuth(changes: Partial<ChapOptions> = {}): AuthOptions {
  return chapAuth({ mutual: { user: 'target', secret: targetSecret }, ...changes });
}

/** A random source that gives one byte over and over. */
export function constantRandom(byte: number): (length: number) => Uint8Array {
  return (length) => new Uint8Array(length).fill(byte);
}
