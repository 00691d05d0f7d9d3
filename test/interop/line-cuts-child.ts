// Run as a process of its own by line-cuts.test.ts: logs in through lines that fail, and must then exit by itself.
// Arguments: HOST TARGET_NAME LOGIN_TIMEOUT_MS PORT... Prints the error code of each login.

import { connect, IscsiError } from 'hawser';

const [host, targetName, loginTimeoutMs, ...ports] = process.argv.slice(2);
if (host === undefined || targetName === undefined) throw new Error('usage: HOST TARGET_NAME LOGIN_TIMEOUT_MS PORT...');

for (const port of ports) {
  const portal = { host, port: Number(port) };
  try {
    await connect({ portal, targetName, limits: { loginTimeoutMs: Number(loginTimeoutMs) } });
  } catch (error) {
    if (!(error instanceof IscsiError)) throw error;
    process.stdout.write(`${error.code}\n`);
  }
}
