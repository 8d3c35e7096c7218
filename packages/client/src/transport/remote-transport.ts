import type { Clients } from '../clients.js';
import type { Settings } from '../options.js';
import { Lane } from './lane.js';
import type { Link, Transport } from './transport.js';

/**
 * A connection with this many streams gets no more: proxies and servers often allow 100, and calls of one answer need some
 * of them. Further streams get a connection of their own.
 */
const usualStreams = 50;

/**
 * The way to one of several servers. One connection carries the calls; where it is lost, or its server drains, and there
 * are more addresses, the next one is tried. It begins with any of them, so that not all clients come to the first.
 */
export class RemoteTransport implements Transport {
  readonly #addresses: readonly string[];
  readonly #settings: Settings;
  #next: number;
  #main: Lane;
  /** Further connections for streams. */
  #others: Lane[] = [];
  #maxStreams = usualStreams;
  #link: Link = 'connecting';
  #listener: ((link: Link) => void) | undefined;
  #closed = false;

  /** Throws as `openChannel`. */
  constructor(addresses: readonly string[], settings: Settings, random: number = Math.random()) {
    this.#addresses = addresses;
    this.#settings = settings;
    this.#next = Math.floor(random * addresses.length);
    this.#main = this.#open();
    this.#follow(this.#main);
  }

  /** The server that is used now. */
  get address(): string {
    return this.#main.address;
  }

  clients(kind: 'unary' | 'stream'): Clients {
    return (kind === 'unary' ? this.#main : this.#laneOfStream()).clients;
  }

  follow(tell: (link: Link) => void): void {
    this.#listener = tell;
    tell(this.#link);
  }

  renew(why: string): void {
    if (this.#closed) return;
    const given = [this.#main, ...this.#others];
    for (const { streams, begun } of given) {
      // Some of its streams began and the others did not: it had as many as the server, or a proxy, lets through.
      if (begun > 0 && begun < streams) this.#maxStreams = Math.max(Math.min(this.#maxStreams, begun >> 1), 1);
    }
    this.#main = this.#open();
    this.#others = [];
    for (const lane of given) lane.giveUp(why);
    this.#tell('down');
    this.#follow(this.#main);
  }

  close(): void {
    this.#closed = true;
    for (const lane of [this.#main, ...this.#others]) lane.close();
  }

  #open(): Lane {
    const address = this.#addresses[this.#next % this.#addresses.length] as string;
    this.#next += 1;
    return new Lane(address, this.#settings);
  }

  #follow(lane: Lane): void {
    let wasUp = false;
    lane.follow((link) => {
      if (lane !== this.#main || this.#closed) return;
      const several = this.#addresses.length > 1;
      // Lost, draining, or not to be reached: another server may do better.
      if (several && (link === 'down' || (wasUp && link !== 'up'))) this.#leave(lane);
      else this.#tell(link);
      wasUp = link === 'up';
    });
  }

  /** Calls that are under way there may still be answered: a server that drains finishes them. */
  #leave(lane: Lane): void {
    this.#tell('down');
    // Not at once where it cannot be reached: the wait that gRPC would make between two tries of one address.
    const { initialBackoffMs } = this.#settings.retry;
    setTimeout(() => {
      if (lane !== this.#main || this.#closed) return;
      this.#main = this.#open();
      lane.close();
      this.#follow(this.#main);
    }, Math.random() * initialBackoffMs).unref();
  }

  #tell(link: Link): void {
    this.#link = link;
    this.#listener?.(link);
  }

  #laneOfStream(): Lane {
    const free = [this.#main, ...this.#others].find(({ streams }) => streams < this.#maxStreams);
    if (free !== undefined) return free;
    const lane = new Lane(this.#main.address, this.#settings);
    this.#others.push(lane);
    return lane;
  }
}
