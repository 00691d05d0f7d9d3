// A login on the bench: the initiator opens a session, and the test answers each Login Request as it likes.

import assert from 'node:assert/strict';
import { type LoginRequest, type LoginResponse, opcode } from '../../src/wire/index.ts';
import { type BenchSetup, SessionBench, soon, tsih } from '../support/session-bench.ts';
import type { Heard, TargetLine } from '../support/target-line.ts';
import { fieldsOf } from './harness.ts';

/** A Login Request: its header as it came, and its text as pairs. */
export interface Request {
  readonly heard: Heard<LoginRequest>;
  readonly pairs: readonly (readonly [string, string])[];
}

/** Where every target starts: its portal group, and no authentication. */
const withoutAuthentication: readonly string[] = ['TargetPortalGroupTag=1', 'AuthMethod=None'];

/** One login, in the hands of the test. */
export class LoginBench implements AsyncDisposable {
  readonly bench: SessionBench;
  readonly line: TargetLine;
  /** Settles with the login. */
  readonly opened: Promise<void>;
  readonly requests: Request[] = [];

  private constructor(bench: SessionBench, line: TargetLine, opened: Promise<void>) {
    this.bench = bench;
    this.line = line;
    this.opened = opened;
  }

  /** Begins a login; its first request is on its way. */
  static async begin(setup: BenchSetup = {}): Promise<LoginBench> {
    const bench = new SessionBench(setup);
    const opened = bench.start();
    opened.catch(() => undefined);
    return new LoginBench(bench, await bench.accept(), opened);
  }

  /** The next Login Request. */
  async request(): Promise<Request> {
    const heard = await this.line.expect(opcode.loginRequest);
    this.line.logins.push(heard);
    const text = Buffer.from(heard.data).toString();
    const pairs = text.split('\0').slice(0, -1).map(split);
    const request = { heard, pairs };
    this.requests.push(request);
    return request;
  }

  /** Answers the last request. */
  answer(fields: Partial<LoginResponse>, text: readonly string[] = []): void {
    this.line.loginResponse(fields, text);
  }

  /** Takes the first request, asks for no authentication, and returns the first request of the operational stage. */
  async operational(): Promise<Request> {
    await this.request();
    this.answer({ isTransit: true, nextStage: 1 }, withoutAuthentication);
    return await this.request();
  }

  /** Answers the last request of the operational stage and ends the login with it. */
  async finish(text: readonly string[] = []): Promise<void> {
    this.answer({ isTransit: true, nextStage: 3, tsih }, text);
    await soon(this.opened);
  }

  /** The whole login, with these answers to the keys of the operational stage. */
  async agree(text: readonly string[]): Promise<void> {
    await this.operational();
    await this.finish(text);
  }

  /** Asserts that the initiator ends the login: it closes the connection, sends no further request, and rejects. */
  async refuses(code?: string): Promise<void> {
    await this.line.ended();
    await this.line.silence();
    const failure = await soon(
      this.opened.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    assert.ok(failure instanceof Error, 'the login came to a good end');
    if (code !== undefined) assert.equal(Reflect.get(failure, 'code'), code, failure.message);
  }

  /** The value of a key in everything that the initiator has sent; undefined when it did not send it. */
  said(key: string): string | undefined {
    return this.requests.flatMap(({ pairs }) => pairs).find(([name]) => name === key)?.[1];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]();
  }
}

/** The stages and the T bit of a request. */
export function stages({ heard }: Request): readonly unknown[] {
  const { currentStage, isTransit, nextStage } = fieldsOf(heard.bhs);
  return [currentStage, isTransit, nextStage];
}

function split(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}
