// The Discovery Library API over a fake service, with every status held against the ones that its page gives the call.

import assert from 'node:assert/strict';

import { callRules } from '../../scripts/docs/iscsidsc-rules.ts';
import { commonStatuses } from '../../scripts/docs/iscsidsc-statuses.ts';
import { type Answer, type IscsiDsc, openIscsiDsc, type StatusName, statusFacts } from '../../src/iscsidsc/index.ts';
import { type Asked, fakeService, type Script } from './fake-service.ts';

/** The functions over a service that answers by `script`, and what it was asked. */
export function checkedDsc(script: Script = {}): { readonly dsc: IscsiDsc; readonly asked: Asked[] } {
  const { service, asked } = fakeService(script);
  const dsc = openIscsiDsc(service);
  const checked = Object.entries(dsc).map(([name, call]: [string, (...given: never[]) => Promise<Answer>]) => [
    name,
    async (...given: never[]): Promise<Answer> => {
      const answer = await call(...given);
      const status = nameOf(answer.Status);
      const known = [...commonStatuses, ...(callRules[name as keyof IscsiDsc]?.statuses ?? [])];
      assert.ok(known.includes(status), `${name} answered ${status}, which its page does not have`);
      return answer;
    },
  ]);
  return { dsc: Object.fromEntries(checked) as IscsiDsc, asked };
}

/** The name of a status that is known. */
export function nameOf(status: number): StatusName {
  const facts = statusFacts(status);
  assert.ok(facts !== undefined, `there is a status ${status}`);
  return facts.name;
}

/** The name of the status that a call ends with; it fails in the way that the answer of a call does. */
export async function statusOf(answer: Promise<Answer>): Promise<StatusName> {
  const { Status, ...rest } = await answer;
  assert.equal('Cause' in rest, Status !== 0);
  return nameOf(Status);
}

/** The answer of a call that ends well. */
export async function outOf<Out extends object>(call: Promise<Answer<Out>>): Promise<Out> {
  const answer = await call;
  assert.equal(nameOf(answer.Status), 'ERROR_SUCCESS');
  return answer as Out;
}
