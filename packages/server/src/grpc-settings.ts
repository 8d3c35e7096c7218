import { maxMessageBytes } from '@cfg/proto';
import { type ChannelOptions, ServerCredentials } from '@grpc/grpc-js';
import type { Tls } from './tls.js';

/** The options of the gRPC door, whatever it is made of. */
export const grpcOptions: ChannelOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  // A watch is a call, and a gateway may have thousands on one connection.
  'grpc.max_concurrent_streams': 10_000,
  // Callers that vanished without a word hold a watch no longer than this.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

export function grpcCredentials(tls: Tls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pairs = [{ cert_chain: tls.cert, private_key: tls.key }];
  return ServerCredentials.createSsl(tls.clientCa ?? null, pairs, tls.clientCa !== undefined);
}
