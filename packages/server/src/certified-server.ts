import { randomUUID } from 'node:crypto';
import type { ClientCertificate, WithCertificate } from '@cfg/service';
import { type ChannelOptions, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { type CallContext, createServer, type Server } from 'nice-grpc';

const header = 'cfg-certificate';

/**
 * A server of nice-grpc whose call contexts have the caller's TLS `certificate`, which nice-grpc itself leaves out. An
 * interceptor of grpc-js notes it under a random name, by which the middleware finds it: no caller can know another's.
 */
export function certifiedServer(options: ChannelOptions): Server {
  const underWay = new Map<string, ClientCertificate>();
  const interceptor: ServerInterceptor = (_method, call) => {
    const certificate = call.getAuthContext().sslPeerCertificate;
    const name = randomUUID();
    const release = (): void => void underWay.delete(name);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            metadata.remove(header);
            if (certificate?.subject !== undefined) {
              metadata.set(header, name);
              underWay.set(name, certificate as unknown as ClientCertificate);
            }
            pass(metadata);
          },
          onCancel: release,
        }),
      sendStatus(status, next) {
        release();
        next(status);
      },
    });
  };
  return createServer({ ...options, interceptors: [interceptor] } as object).use((call, context) => {
    const certificate = underWay.get(context.metadata.get(header) ?? '');
    return call.next(call.request, certificate === undefined ? context : withCertificate(context, certificate));
  });
}

const withCertificate = (context: CallContext, certificate: ClientCertificate): CallContext & WithCertificate => ({
  ...context,
  certificate,
});
