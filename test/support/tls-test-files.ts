// The certificate and key that TLS tests use: PEM files beside this one, self-signed for loopback and valid for a century.

import { readFileSync } from 'node:fs';

/** Reads a file of test/support; the compiled tests run from dist/test/support. */
function read(name: string): string {
  return readFileSync(new URL(`../../../test/support/${name}`, import.meta.url), 'latin1');
}

/** A certificate and its key, as PEM. It is its own authority. */
export function tlsTestFiles(): { readonly cert: string; readonly key: string } {
  return { cert: read('tls-test-certificate.pem'), key: read('tls-test-key.pem') };
}
