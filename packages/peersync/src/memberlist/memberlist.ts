import { lookup } from 'node:dns/promises';
import { ConfigError } from '@cfg/core';
import { shuffle } from '../clock.js';
import { type Edges, openEdges } from './edges.js';
import { completeMemberlist, type MemberlistOptions, type MemberlistSettings, swimSettings } from './options.js';
import type { SwimEffect } from './swim/effect.js';
import { Swim } from './swim/swim.js';
import { type Address, sameAddress } from './wire/address.js';
import { openPacket, sealPacket } from './wire/packet.js';
import type { StreamMessage } from './wire/stream.js';

/** A node of the cluster, as the others see it. */
export interface MemberlistNode {
  readonly name: string;
  /** Where it listens for memberlist. */
  readonly address: Address;
  readonly meta: Uint8Array;
}

/** The events of a memberlist for its user. Must not throw. */
export interface MemberlistHandlers {
  /** A node came, changed its metadata, said goodbye, or was not heard any more. */
  readonly onMember?: ((what: 'joined' | 'updated' | 'left' | 'gone', node: MemberlistNode) => void) | undefined;
  /** A message of another node's user: a broadcast, which may come more than once, or one that was sent to this node. */
  readonly onMessage?: ((payload: Uint8Array) => void) | undefined;
}

interface Running extends Edges {
  readonly swim: Swim;
  readonly address: Address;
}

/** How many nodes are told by TCP that this one leaves. */
const toldByStream = 3;

/** How long a goodbye is waited for by each of the two ways, and then for what was told to spread, in milliseconds. */
const mostLeaveMs = 4_500;
const spreadMs = 1_000;

/** Reasons for refusals that are counted apart. */
const mostReasons = 100;

const noEffects: readonly SwimEffect[] = [];

/**
 * A member of a cluster of hashicorp/memberlist 0.5 (or of nodes like this): who is there is found out by UDP probes and
 * gossip, over all members together; streams by TCP carry what is large and help where UDP does not get through.
 *
 * @example
 * const list = new Memberlist({ name: 'a', bind: { host: '127.0.0.1', port: 0 } });
 * await list.start();
 * await list.join(['127.0.0.1:7946']);
 * console.log(list.members().map((node) => node.name));
 * await list.close();
 */
export class Memberlist implements AsyncDisposable {
  readonly #settings: MemberlistSettings;
  readonly #handlers: MemberlistHandlers;
  readonly #refused = new Map<string, number>();
  #running: Running | undefined;
  #state: 'new' | 'running' | 'closed' = 'new';
  #disarm = (): void => {};

  /** Opens nothing yet. Throws `invalid_argument` with the option's name. */
  constructor(options: MemberlistOptions = {}, handlers: MemberlistHandlers = {}) {
    this.#settings = completeMemberlist(options);
    this.#handlers = handlers;
  }

  /** Listens, alone until {@link join}. Fails with `unavailable` if it cannot listen at the address. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new ConfigError('closed', 'a memberlist starts once');
    this.#state = 'running';
    const { advertise, clock, random } = this.#settings;
    const { udp, tcp } = await openEdges(this.#settings, {
      onPacket: (bytes, from) => this.#received(bytes, from),
      onStream: (message) => this.#answer(message),
      onRefused: (reason) => this.#refuse(reason),
    });
    const address = { host: advertise.host, port: advertise.port ?? udp.port };
    this.#running = { udp, tcp, address, swim: new Swim(swimSettings(this.#settings, address), random, clock.now()) };
    this.#arm();
  }

  /** Where the others find this node. */
  get address(): Address {
    return this.#open.address;
  }

  /** The nodes that are there, this one included. */
  members(): MemberlistNode[] {
    return this.#open.swim.members();
  }

  /** How this node itself does: 0 is well, 7 is not able to hear anyone in time. */
  get health(): number {
    return this.#open.swim.health;
  }

  /** Broadcasts that wait to be passed on. */
  get queued(): number {
    return this.#open.swim.queued;
  }

  /** How often something was refused that came from the network, by reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /**
   * Makes itself known to the nodes at these addresses (`host:port`), and through them to all. Returns how many of them
   * answered. Fails with `unavailable` if none did.
   */
  async join(addresses: readonly string[]): Promise<number> {
    const results = await Promise.allSettled(addresses.map((address) => this.#join(address)));
    const joined = results.filter(({ status }) => status === 'fulfilled').length;
    if (joined > 0 || addresses.length === 0) return joined;
    const causes = results.map((result) => (result.status === 'rejected' ? result.reason : undefined) as Error);
    const reasons = causes.map(({ message }, i) => `${addresses[i]}: ${message}`);
    throw new ConfigError('unavailable', `nobody to join: ${reasons.join('; ')}`, { cause: causes[0] });
  }

  /**
   * Tells everyone, by gossip: soon, probably, and in a small cluster surely. A newer message with the same key takes
   * the place of one that is still on its way out. Returns false if the message is too large for a packet.
   */
  broadcast(key: string, payload: Uint8Array): boolean {
    return this.#open.swim.broadcast(key, { is: 'user', payload });
  }

  /** Sends to one node by TCP, whatever its size up to 20 MiB. Fails if the node does not take it. */
  async send(to: MemberlistNode, payload: Uint8Array): Promise<void> {
    await this.#open.tcp.tell(to.address, { is: 'user', payload });
  }

  /** Tells the others something new about this node. */
  changeMeta(meta: Uint8Array): void {
    this.#run(this.#open.swim.changeMeta(meta, this.#settings.clock.now()));
  }

  /**
   * Says goodbye: by gossip, until that was sent as often as it is to be, and to some of the others by TCP as well, which
   * pass it on. Where none of these took it, what was sent by UDP has a second more to spread. Takes 10 s at most.
   */
  async leave(): Promise<void> {
    const { swim, address } = this.#open;
    const { clock, timings, random } = this.#settings;
    this.#run(swim.leave(clock.now()));
    const others = swim.members().filter((node) => !sameAddress(node.address, address));
    if (others.length === 0) return;
    const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
    const told = shuffle(others, random).slice(0, toldByStream);
    const farewells = told.map((node) => this.#pushPull(node.address, false));
    const heard = await Promise.race([
      Promise.any(farewells).then(
        () => true,
        () => false,
      ),
      wait(mostLeaveMs).then(() => false),
    ]);
    const until = clock.now() + mostLeaveMs;
    while (this.#running?.swim.isSayingGoodbye && clock.now() < until) {
      await wait(Math.min(timings.gossipIntervalMs, mostLeaveMs / 10));
    }
    if (!heard) await wait(spreadMs);
  }

  /** Ends at once; without {@link leave} the others notice after a while. Closing twice is fine. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#disarm();
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) await Promise.all([running.udp.close(), running.tcp.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #open(): Running {
    if (this.#running !== undefined) return this.#running;
    if (this.#state === 'closed') throw new ConfigError('closed', 'the memberlist is closed');
    throw new ConfigError('not_connected', 'the memberlist is not started');
  }

  #received(bytes: Uint8Array, from: Address): void {
    const { messages, faults } = openPacket(bytes, this.#settings.security);
    for (const fault of faults) this.#refuse(fault);
    for (const message of messages) this.#do((swim, now) => swim.receive(message, from, now));
  }

  #answer(message: StreamMessage): StreamMessage | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    switch (message.is) {
      case 'ping':
        return running.swim.isForUs(message) ? { is: 'ack', seqNo: message.seqNo } : undefined;
      case 'user':
        this.#handlers.onMessage?.(message.payload);
        return undefined;
      case 'pushPull': {
        const states = running.swim.states(); // what this node knew before
        this.#do((swim, now) => swim.merge(message.nodes, now));
        return { is: 'pushPull', join: false, nodes: states, user: new Uint8Array(0) };
      }
      default:
        return undefined;
    }
  }

  async #join(address: string): Promise<void> {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    const port = Number(address.slice(colon + 1));
    if (colon < 1 || !Number.isInteger(port)) throw new ConfigError('invalid_argument', 'not of the form host:port');
    const found = await lookup(host);
    await this.#pushPull({ host: found.address, port }, true);
  }

  async #pushPull(to: Address, join: boolean): Promise<void> {
    const { tcp, swim } = this.#open;
    const answer = await tcp.ask(to, { is: 'pushPull', join, nodes: swim.states(), user: new Uint8Array(0) });
    if (answer.is !== 'pushPull') throw new ConfigError('unavailable', 'it does not answer as a member');
    this.#do((_, now) => swim.merge(answer.nodes, now));
  }

  #do(task: (swim: Swim, now: number) => readonly SwimEffect[]): void {
    this.#run(this.#running === undefined ? noEffects : task(this.#running.swim, this.#settings.clock.now()));
  }

  #run(effects: readonly SwimEffect[]): void {
    for (const effect of effects) this.#effect(effect);
    this.#arm();
  }

  #effect(effect: SwimEffect): void {
    const { security, logger } = this.#settings;
    switch (effect.do) {
      case 'send':
        this.#running?.udp.send(sealPacket(effect.messages, security, effect.crc), effect.to);
        break;
      case 'ping-stream':
        void this.#pingStream(effect);
        break;
      case 'push-pull':
        this.#pushPull(effect.to, false).catch((error: Error) =>
          logger.debug({ to: effect.to, err: error }, 'no push/pull'),
        );
        break;
      case 'tell':
        this.#tell(effect);
        break;
      case 'deliver':
        this.#handlers.onMessage?.(effect.payload);
        break;
      case 'note':
        logger.warn({ name: this.#settings.name }, effect.what);
        break;
    }
  }

  #tell({ what, node }: Extract<SwimEffect, { do: 'tell' }>): void {
    const isSelf =
      this.#running !== undefined &&
      sameAddress(node.address, this.#running.address) &&
      node.name === this.#settings.name;
    if (!isSelf) this.#handlers.onMember?.(what, { name: node.name, address: node.address, meta: node.meta });
  }

  async #pingStream({ to, node, seqNo, deadline }: Extract<SwimEffect, { do: 'ping-stream' }>): Promise<void> {
    const running = this.#running;
    const left = deadline - this.#settings.clock.now();
    if (running === undefined || left <= 0) return;
    try {
      const answer = await running.tcp.ask(to, { is: 'ping', seqNo, node }, left);
      if (answer.is === 'ack' && answer.seqNo === seqNo) running.swim.streamAck(seqNo);
    } catch {
      // no answer is an answer too
    }
  }

  #refuse(reason: string): void {
    const counted = this.#refused.has(reason) || this.#refused.size < mostReasons ? reason : 'other reasons';
    this.#refused.set(counted, (this.#refused.get(counted) ?? 0) + 1);
  }

  #arm(): void {
    this.#disarm();
    const { clock } = this.#settings;
    if (this.#running === undefined) return;
    const delay = Math.max(0, this.#running.swim.deadline - clock.now());
    this.#disarm = clock.after(delay, () => this.#do((swim, now) => swim.tick(now)));
  }
}
