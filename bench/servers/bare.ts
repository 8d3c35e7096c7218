import { createServer, type MethodDefinition } from 'nice-grpc';
import { serve } from '../lib/child.js';

/** Bare nice-grpc: raw buffers, no middleware, the same paths and the messages that it is given. */
const same = (bytes: Uint8Array): Uint8Array => bytes;
type Raw<Streaming extends boolean> = MethodDefinition<
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  false,
  Streaming
>;
const method = <Streaming extends boolean>(name: string, responseStream: Streaming): Raw<Streaming> => ({
  path: `/bare/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
  options: {},
});

let message: Uint8Array = Buffer.alloc(0);
let go = Promise.withResolvers<number>();

const server = createServer({ 'grpc.max_send_message_length': -1 });
server.add(
  { echo: method('Echo', false), watch: method('Watch', true) },
  {
    echo: async () => message,
    watch: async function* () {
      for (;;) {
        const count = await go.promise;
        for (let i = 0; i < count; i += 1) yield message;
      }
    },
  },
);

serve(await server.listen('127.0.0.1:0'), {
  /** The size of the message that is answered from now on. */
  size: (bytes) => {
    message = Buffer.alloc(bytes, 7);
    return bytes;
  },
  /** Every stream yields `count` messages. */
  change: (count) => {
    const { resolve } = go;
    go = Promise.withResolvers();
    resolve(count);
    return count;
  },
  memory(which) {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return [rss, heapUsed, heapTotal, external][which] ?? 0;
  },
});
