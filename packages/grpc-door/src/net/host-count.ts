import type { Socket } from 'node:net';

/** Counts the connections of each host. */
export class HostCount {
  readonly #most: number;
  readonly #hostOf: (address: string) => string;
  readonly #counts = new Map<string, number>();

  constructor(most: number, hostOf: (address: string) => string) {
    this.#most = most;
    this.#hostOf = hostOf;
  }

  /** Counts one until it is closed. False if its host has as many as it may. */
  add(socket: Socket): boolean {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return true;
    const host = this.#hostOf(remoteAddress);
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
