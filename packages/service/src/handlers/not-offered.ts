import { unsupported } from '../status.js';
import type { Handler } from './handler.js';

/** Refuses a call of the second service that this server leaves out. */
export const notOffered = (name: string): Handler<unknown, never> => ({
  asks: () => [],
  answer() {
    throw unsupported(`this server does not offer ${name}`);
  },
});
