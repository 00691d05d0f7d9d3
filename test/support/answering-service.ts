// A service that answers what a test says and keeps what it was asked.

import type { InitiatorService } from '../../src/service/index.ts';

/** A call: the operation, and its input where it has one. */
export type FakeCall = readonly [operation: string, ...input: unknown[]];

/** What to answer, by operation: a value, or what makes it of the input. An operation that is not here fails the test. */
export type FakeAnswers = { readonly [Name in keyof InitiatorService]?: unknown };

/** Makes a service. */
export function makeFakeService(answers: FakeAnswers): { service: InitiatorService; calls: FakeCall[] } {
  const calls: FakeCall[] = [];
  const service = new Proxy({} as InitiatorService, {
    get(_target, name) {
      if (name === 'then' || typeof name === 'symbol') return undefined;
      return (...given: readonly unknown[]): unknown => {
        const input = given.filter((value) => !isCallOptions(value));
        calls.push([name, ...input]);
        if (!(name in answers)) throw new Error(`Nobody expected ${name}`);
        const answer = answers[name as keyof InitiatorService];
        if (name === 'events')
          return typeof answer === 'function' ? (answer as (...all: unknown[]) => unknown)(...given) : answer;
        return new Promise((resolve) => {
          resolve(typeof answer === 'function' ? (answer as (...all: unknown[]) => unknown)(...given) : answer);
        });
      };
    },
  });
  return { service, calls };
}

function isCallOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'signal' in value;
}
