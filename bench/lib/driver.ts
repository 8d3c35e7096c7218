import http2 from 'node:http2';

/** A light gRPC client over bare node:http2, so that what is measured is the server. */
export class Driver {
  #sessions: http2.ClientHttp2Session[];
  #headers: http2.OutgoingHttpHeaders;
  #turn = 0;

  /** @param metadata sent with every call */
  constructor(port: number, connections = 4, metadata: Readonly<Record<string, string>> = {}) {
    this.#headers = { ...headers, ...metadata };
    this.#sessions = Array.from({ length: connections }, () => {
      const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 8 << 20 } });
      session.once('connect', () => session.setLocalWindowSize(32 << 20));
      session.setMaxListeners(0);
      return session;
    });
  }

  /** Opens a call and calls `onData` with each chunk; resolves when the call has ended with the expected status. */
  call(path: string, message: Uint8Array, onData: (chunk: Buffer) => void = ignore, expected = '0'): Promise<void> {
    const session = this.#sessions[this.#turn++ % this.#sessions.length] as http2.ClientHttp2Session;
    return new Promise((resolve, reject) => {
      const stream = session.request({ ...this.#headers, ':path': path });
      let status: string | undefined;
      const note = (fields: http2.IncomingHttpHeaders): void => {
        status ??= fields['grpc-status'] as string | undefined;
      };
      stream.on('response', note).on('trailers', note).on('data', onData).on('error', reject);
      stream.on('close', () => (status === expected ? resolve() : reject(new Error(`${path}: grpc-status ${status}`))));
      stream.end(framed(message));
    });
  }

  /** Calls per second, with `inFlight` calls at a time. */
  async rate(
    path: string,
    messages: Uint8Array[],
    durationMs: number,
    inFlight = 64,
    expected?: string,
  ): Promise<number> {
    let calls = 0;
    const end = performance.now() + durationMs;
    const began = performance.now();
    const worker = async (first: number): Promise<void> => {
      for (let i = first; performance.now() < end; i += inFlight) {
        await this.call(path, messages[i % messages.length] as Uint8Array, ignore, expected);
        calls += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, (_, i) => worker(i)));
    return (calls / (performance.now() - began)) * 1_000;
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

const ignore = (): void => {};
const headers = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(message.length + 5);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** Counts the messages of one stream as its chunks come in, without keeping them. */
export function messageCounter(): (chunk: Buffer) => number {
  let header = 0;
  let length = 0;
  let left = 0;
  return (chunk) => {
    let count = 0;
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at);
        left -= step;
        at += step;
      } else {
        // A flag, which is 0, and four bytes of length.
        length = length * 256 + (chunk[at++] as number);
        header += 1;
        if (header < 5) continue;
        left = length;
        header = 0;
        length = 0;
      }
      if (left === 0 && header === 0) count += 1;
    }
    return count;
  };
}
