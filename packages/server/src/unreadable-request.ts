import { maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Node.js's codes for requests that it cannot read, each with the answer to the caller. */
const answers: Readonly<Record<string, { readonly status: number; readonly message: string } | undefined>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: `the request line and headers are larger than ${maxHeaderSize} bytes` },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'the request did not arrive in time' },
};
const notHttp = { status: 400, message: 'the request is not HTTP' };

/** The gRPC code of all of them: INVALID_ARGUMENT. */
const code = 3;

/**
 * Answers requests that never reach a handler, because they cannot be read or are too large, with the error object that
 * all other errors have: node.js would send a status alone.
 */
export function answerUnreadableRequests(server: Server): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => responses.set(socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = responses.get(socket);
    const answering = response?.headersSent && !response.writableFinished;
    if (!socket.writable || answering) socket.destroy();
    else socket.end(replyTo(error), () => socket.destroy());
  });
}

function replyTo({ code: cause = '' }: NodeJS.ErrnoException): string {
  const { status, message } = answers[cause] ?? notHttp;
  const body = JSON.stringify({ code, message, details: [] });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
