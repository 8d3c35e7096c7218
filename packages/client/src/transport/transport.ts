import type { Clients } from '../clients.js';

/** Whether there is a connection to a server. */
export type Link = 'up' | 'connecting' | 'down';

/** The parts of a store's connection. */
export interface Transport {
  /** Those of the way that is in use now: asked for with each call. */
  clients(kind: 'unary' | 'stream'): Clients;
  /** Tells every change of whether there is a connection, until `close()`. One in process has none to tell. */
  follow?(tell: (link: Link) => void): void;
  /**
   * The server does not answer any more though the connection stands: ends its calls with `unavailable`, and makes a new
   * one, to the next address where there are several.
   */
  renew?(why: string): void;
  close(): void;
}
