// A service that does nothing but answer: with the samples, or with what a test has put in their place.

import type { InputOf, OperationName, OutputOf } from '../../src/control/operations/operation.ts';
import type { CallOptions, InitiatorService, ServiceEvent } from '../../src/service/index.ts';
import { serviceSamples } from './service-samples.ts';

/** A call that came in. */
export interface ServiceCall {
  readonly name: string;
  readonly input: unknown;
  readonly signal: AbortSignal | undefined;
}

type Answer<Name extends OperationName> = (
  input: InputOf<Name>,
  options: CallOptions,
) => OutputOf<Name> | Promise<OutputOf<Name>>;

/** What a test may put in the place of the samples. */
export type FakeAnswers = { readonly [Name in OperationName]?: Answer<Name> } & {
  readonly events?: (after: string | undefined, signal: AbortSignal | undefined) => AsyncIterable<ServiceEvent>;
};

/** A service and the calls that it got. */
export interface FakeService {
  readonly service: InitiatorService;
  readonly calls: ServiceCall[];
}

/** Makes a service. Its events end at once unless told otherwise. */
export function fakeService(answers: FakeAnswers = {}): FakeService {
  const calls: ServiceCall[] = [];
  const method = (name: OperationName): ((...given: unknown[]) => Promise<unknown>) => {
    const takesInput = serviceSamples[name].input !== undefined;
    return async (...given) => {
      const [input, options] = takesInput ? given : [undefined, given[0]];
      calls.push({ name, input, signal: (options as CallOptions | undefined)?.signal });
      const answer = answers[name] as ((input: unknown, options: unknown) => unknown) | undefined;
      return await (answer === undefined ? serviceSamples[name].output : answer(input, options ?? {}));
    };
  };
  const names = Object.keys(serviceSamples) as OperationName[];
  const methods = Object.fromEntries(names.map((name) => [name, method(name)]));
  const events: InitiatorService['events'] = (input, options) => {
    calls.push({ name: 'events', input, signal: options?.signal });
    return answers.events?.(input?.after, options?.signal) ?? none();
  };
  return { service: { ...(methods as unknown as InitiatorService), events }, calls };
}

async function* none(): AsyncGenerator<ServiceEvent> {}
