import { type ClientMiddleware, Metadata } from 'nice-grpc-common';

/**
 * Asks the server to mask secrets, though the caller may be allowed to reveal them: for programs that show or copy
 * settings and need no secret. A Get of one then returns a masked entry rather than failing, and no reveal is recorded.
 *
 * @example
 * const store = new RemoteStore('config:9090', { middleware: [maskSecrets()] });
 */
export function maskSecrets(): ClientMiddleware {
  return async function* maskSecrets(call, options) {
    const metadata = Metadata(options.metadata).set('x-cfg-secrets', 'masked');
    return yield* call.next(call.request, { ...options, metadata });
  };
}
