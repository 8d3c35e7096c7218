import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

export interface WebReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Web extends AsyncDisposable {
  readonly url: string;
  /** The headers of all requests until now. */
  readonly requests: http.IncomingHttpHeaders[];
  /** The answer from now on; an ETag is heeded where there is one. */
  answer: (request: http.IncomingMessage) => WebReply | Promise<WebReply>;
}

/** A web server on the loopback. */
export async function serveWeb(answer: Web['answer'], tls?: https.ServerOptions): Promise<Web> {
  const requests: http.IncomingHttpHeaders[] = [];
  const handle: http.RequestListener = async (request, response) => {
    requests.push(request.headers);
    const { status = 200, headers = {}, body = '' } = await web.answer(request);
    const isKnown = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag;
    response.writeHead(isKnown ? 304 : status, headers).end(isKnown ? undefined : body);
  };
  const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const web: Web = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    answer,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return web;
}
