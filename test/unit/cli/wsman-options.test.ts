// The options of WS-Management: what belongs together, and where the password comes from.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import type { CliEnvironment } from '../../../src/cli/environment.ts';
import { CommandLineError } from '../../../src/cli/failure.ts';
import { addWsmanOptions, toWsmanServing, type WsmanOptions } from '../../../src/cli/service/wsman-options.ts';

const environment = (variables: Readonly<Record<string, string>> = {}): CliEnvironment =>
  ({
    variables,
    files: {
      readSecret: async (path: string) => await Promise.resolve(Buffer.from(`${path} secret\n`)),
      readCertificates: async (path: string) => await Promise.resolve(Buffer.from(`${path} PEM`)),
    },
  }) as unknown as CliEnvironment;

function parse(...args: string[]): WsmanOptions {
  const command = addWsmanOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts<WsmanOptions>();
}

suite('the options of WS-Management', () => {
  test('nothing is served unless --wsman is given', async () => {
    assert.equal(await toWsmanServing(parse(), environment()), undefined);
  });

  test('a port alone is one of the loopback; the password comes from a file or from HAWSER_WSMAN_PASSWORD', async () => {
    const user = ['--wsman-user', 'admin'];
    assert.deepEqual(
      await toWsmanServing(parse('--wsman', '5985', ...user, '--wsman-password-file', 'p'), environment()),
      {
        listen: { host: '127.0.0.1', port: 5985 },
        credentials: { user: 'admin', password: 'p secret' },
        allowsAnonymousIdentify: false,
      },
    );
    const secret = environment({ HAWSER_WSMAN_PASSWORD: 'from the environment' });
    const tls = ['--wsman-cert', 'c', '--wsman-key', 'k', '--wsman-anonymous-identify'];
    assert.deepEqual(await toWsmanServing(parse('--wsman', '[::]:0', ...user, ...tls), secret), {
      listen: { host: '::', port: 0 },
      credentials: { user: 'admin', password: 'from the environment' },
      allowsAnonymousIdentify: true,
      tls: { cert: 'c PEM', key: 'k PEM' },
    });
  });

  for (const [title, args] of [
    ['no user', ['--wsman', '1', '--wsman-password-file', 'p']],
    ['no password', ['--wsman', '1', '--wsman-user', 'u']],
    [
      'a certificate without key',
      ['--wsman', '1', '--wsman-user', 'u', '--wsman-password-file', 'p', '--wsman-cert', 'c'],
    ],
    ['a user without --wsman', ['--wsman-user', 'u']],
    ['anonymous Identify without --wsman', ['--wsman-anonymous-identify']],
  ] as const) {
    test(`${title} is a bad command line`, async () => {
      await assert.rejects(toWsmanServing(parse(...args), environment()), CommandLineError);
    });
  }

  test('a port that is none is a bad command line', () => {
    for (const port of ['65536', 'nonsense', 'host:99999'])
      assert.throws(() => parse('--wsman', port), CommanderError, port);
  });
});
