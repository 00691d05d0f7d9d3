// How the command line reaches the service: over its control API.

import type { CliEnvironment } from '../cli/index.ts';
import { defaultSocketPath, openControlClient } from '../control/index.ts';

export const connectService: CliEnvironment['connectService'] = (address) => {
  const client = openControlClient(
    'url' in address
      ? {
          url: address.url,
          token: address.token,
          ...(address.ca === undefined ? {} : { ca: Buffer.from(address.ca).toString() }),
        }
      : { socketPath: address.socketPath ?? usualSocketPath() },
  );
  return Promise.resolve({
    service: client,
    close: async () => {
      await client.close();
    },
  });
};

function usualSocketPath(): string {
  return defaultSocketPath({ variables: process.env, isRoot: process.getuid?.() === 0 });
}
