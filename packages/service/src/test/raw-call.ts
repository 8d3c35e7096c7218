import { connect } from 'node:http2';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

const same = (bytes: Buffer): Buffer => bytes;

/** The status of a call with these bytes as its message, from a client that knows nothing of the contract. */
export async function rawCall(
  address: string,
  path: string,
  bytes: Uint8Array,
  authorization = '',
): Promise<{ code: number; message: string; response?: Buffer | undefined; trailer: Metadata | undefined }> {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (authorization !== '') metadata.set('authorization', authorization);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        same,
        same,
        Buffer.from(bytes),
        metadata,
        (error: ServiceError | null, response) => {
          if (error) resolve({ code: error.code, message: error.details, trailer: error.metadata });
          else resolve({ code: 0, message: '', response, trailer: undefined });
        },
      );
    });
  } finally {
    client.close();
  }
}

/** Begins a call and then vanishes, without a word, when the server has answered with its headers. */
export async function vanishingCall(port: number, path: string, bytes: Uint8Array): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  stream.on('error', () => {});
  stream.end(Buffer.concat([head, bytes]));
  await new Promise((resolve) => stream.once('response', resolve));
  session.destroy();
}
