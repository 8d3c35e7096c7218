import type { Worker } from 'node:cluster';

/** The number of the message that node:cluster sends along with a connection, and that comes back. */
interface Internal {
  readonly act?: unknown;
  readonly seq?: unknown;
  readonly ack?: unknown;
}

interface Connection {
  close(): void;
}

/**
 * Closes the connections that a worker was given, but had not taken when it ended. node:cluster forgets them, and their
 * clients would wait for an answer for ever; so they learn at once, and connect anew.
 */
export function closeUntaken(worker: Worker): void {
  const given = new Map<unknown, Connection>();
  const { process: child } = worker;
  const send: (...values: unknown[]) => boolean = child.send.bind(child) as never;
  const sendAndNote = (message: Internal, handle: Connection | undefined, ...rest: unknown[]): boolean => {
    if (message.act === 'newconn' && handle !== undefined) given.set(message.seq, handle);
    return send(message, handle, ...rest);
  };
  child.send = sendAndNote as never;
  child.on('internalMessage', ({ ack }: Internal) => void given.delete(ack));
  worker.once('exit', () => {
    for (const connection of given.values()) connection.close();
  });
}
