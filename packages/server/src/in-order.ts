import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that wait behind the one that is being answered. Browsers and clients send none ahead. */
const maxWaiting = 50;

const refusal = { 'content-length': '0' };

const current = Symbol('the answer that is being sent');
const line = Symbol('the requests that wait');
const isEnding = Symbol('too many wait');

interface Connection extends Socket {
  [current]?: ServerResponse;
  [line]?: [IncomingMessage, ServerResponse][] | undefined;
  [isEnding]?: true;
}

/**
 * Handles the requests of a connection one after the other. Node.js hands over all that one read of a socket has, which can
 * be a thousand, and keeps the answers until those before them are read: that may take the memory, and nobody else has a
 * turn. A connection on which too many wait is told to `tooMany`, and closed: the rest of what was read is refused without a
 * look at it first, as Node.js makes a costly error for each request that a connection leaves behind.
 */
export function inOrder(handle: RequestListener, tooMany: (connection: Socket) => void): RequestListener {
  const next = (connection: Connection): void => {
    const waiting = connection[line]?.shift();
    if (waiting === undefined || connection.destroyed) {
      connection[line] = undefined;
      return;
    }
    waiting[1].once('close', () => next(connection));
    handle(...waiting);
  };
  return (request, response) => {
    const connection: Connection = request.socket;
    // Whoever is not first does not have the socket yet.
    if (response.socket !== null || connection[current] === undefined) {
      connection[current] = response;
      handle(request, response);
      return;
    }
    if (connection[line] === undefined) {
      connection[line] = [];
      connection[current].once('close', () => next(connection));
    }
    if (connection[line].length < maxWaiting) {
      connection[line].push([request, response]);
    } else {
      if (connection[isEnding] === undefined) {
        connection[isEnding] = true;
        tooMany(connection);
        connection.pause();
        setImmediate(() => connection.destroy());
      }
      response.writeHead(429, refusal).end();
    }
  };
}
