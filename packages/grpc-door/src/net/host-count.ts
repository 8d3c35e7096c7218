import type { Socket } from 'node:net';

/** Counts the connections of each host, for servers of any protocol. */
export class HostCount {
  readonly #most: number;
  readonly #hostOf: (address: string) => string | undefined;
  readonly #counts = new Map<string, number>();

  /** @param hostOf returns undefined for who may have as many as it likes */
  constructor(most: number, hostOf: (address: string) => string | undefined) {
    this.#most = most;
    this.#hostOf = hostOf;
  }

  /** Counts one until it is closed. False if its host has as many as it may. */
  add(socket: Socket): boolean {
    const { remoteAddress } = socket;
    const host = remoteAddress === undefined ? undefined : this.#hostOf(remoteAddress);
    if (host === undefined) return true;
    const count = this.#counts.get(host) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(host, count + 1);
    socket.once('close', () => this.#drop(host));
    return true;
  }

  #drop(host: string): void {
    const count = this.#counts.get(host) ?? 0;
    if (count > 1) this.#counts.set(host, count - 1);
    else this.#counts.delete(host);
  }
}
