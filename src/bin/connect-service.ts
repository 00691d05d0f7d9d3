// How the command line reaches the service: over its control API.

import type { CliEnvironment } from '../cli/index.ts';

export const connectService: CliEnvironment['connectService'] = async (address) => {
  // Loaded here, since the other commands need none of it and would start later.
  const { defaultSocketPath, openControlClient } = await import('../control/index.ts');
  const usualSocketPath = (): string => defaultSocketPath({ variables: process.env, isRoot: process.getuid?.() === 0 });
  const client = openControlClient(
    'url' in address
      ? {
          url: address.url,
          token: address.token,
          ...(address.ca === undefined ? {} : { ca: Buffer.from(address.ca).toString() }),
        }
      : { socketPath: address.socketPath ?? usualSocketPath() },
  );
  return {
    service: client,
    close: async () => {
      await client.close();
    },
  };
};
