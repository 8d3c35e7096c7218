import { ConfigError, checkNamespace, type Health, isConfigError } from '@cfg/core';
import { Agreement, type Effect, type Input } from '../agreement/agreement.js';
import { Envelopes } from '../gossip/envelope.js';
import { GossipError } from '../gossip/gossip-error.js';
import type { Membership } from '../membership/membership.js';
import { Ring } from '../ring/ring.js';
import type { Member } from '../ring/ring-state.js';
import { type ClusterOptions, type ClusterSettings, completeCluster } from './options.js';

/** The events of a cluster for its user. Handlers may throw; that is logged. */
export interface ClusterEvents {
  /** The ring has changed. */
  ring: (ring: Ring) => void;
  /** A member says, by its ring, that it has a namespace that this node holds. */
  dispute: (member: string) => void;
  /** Something went wrong that no call can tell: gossip that was not sent, records that could not be read. */
  error: (error: Error) => void;
}

/**
 * A node's part in the cluster: it finds out who is there, agrees with the others on the ring, and records claims. It
 * moves no data; a {@link SyncStore} does.
 *
 * @example
 * const cluster = new Cluster({ self: { id: 'a', addr: 'a:9090' }, transport: redisTransport('redis://127.0.0.1') });
 * await cluster.connect();
 * console.log(cluster.ring.ownerOf('production'));
 * await cluster.close();
 */
export class Cluster implements AsyncDisposable {
  readonly self: Member;
  readonly #settings: ClusterSettings;
  readonly #envelopes: Envelopes;
  readonly #handlers: { [E in keyof ClusterEvents]: Set<ClusterEvents[E]> } = {
    ring: new Set(),
    dispute: new Set(),
    error: new Set(),
  };
  readonly #refused = new Map<string, number>();
  #agreement: Agreement | undefined;
  #claims: ReadonlyMap<string, string> = new Map();
  #holdings: ReadonlySet<string> = new Set();
  #connecting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #disarm = (): void => {};
  #stopReading = (): void => {};

  /** Opens nothing yet. Throws `invalid_argument` with the option's name. */
  constructor(options: ClusterOptions) {
    this.#settings = completeCluster(options);
    this.#envelopes = new Envelopes(this.#settings.secret);
    this.self = this.#settings.self;
  }

  /** Joins the cluster. Single use: it fails with `closed` after {@link close}. Connecting twice is fine. */
  connect(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new ConfigError('closed', 'the cluster node is closed'));
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  /** The ring as this node knows it; empty before {@link connect}. */
  get ring(): Ring {
    return this.#agreement?.ring ?? Ring.empty();
  }

  /** Who is there, left or is gone. */
  get membership(): Membership {
    return this.#open.membership;
  }

  /** How often gossip was refused, by reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Whether there are ownership records, so that there can be claims. */
  get hasRecords(): boolean {
    return this.#settings.ownership !== undefined;
  }

  /** Owners by namespace, as the ownership records said when they were last read. */
  get claims(): ReadonlyMap<string, string> {
    return this.#claims;
  }

  /** Makes itself known to a cluster by the addresses of some of its nodes, over a transport that needs it. */
  async join(peers: readonly string[]): Promise<void> {
    const { transport } = this.#settings;
    if (transport.join === undefined) throw new ConfigError('unsupported', 'this transport has nothing to join');
    await transport.join(peers);
  }

  /** Sends the namespace to a member, in memory of the ring only: for as long as nobody says otherwise. */
  pin(namespace: string, owner: string = this.self.id): void {
    checkNamespace(namespace);
    this.#step({ is: 'pin', namespace, owner });
  }

  /** Leaves the namespace to the hash again. */
  unpin(namespace: string): void {
    checkNamespace(namespace);
    this.#step({ is: 'pin', namespace, owner: undefined });
  }

  /** Records that this node owns the namespace, and tells it. Fails with `unsupported` without ownership records. */
  async claim(namespace: string): Promise<void> {
    checkNamespace(namespace);
    await this.#records.claim(namespace, this.self.id);
    this.#setClaims(new Map(this.#claims).set(namespace, this.self.id));
  }

  /** Removes the record, if it is this node's, and the override. Returns whether it was. */
  async unclaim(namespace: string): Promise<boolean> {
    checkNamespace(namespace);
    if (!(await this.#records.unclaim(namespace, this.self.id))) return false;
    const claims = new Map(this.#claims);
    claims.delete(namespace);
    this.#setClaims(claims);
    this.unpin(namespace);
    return true;
  }

  /** The namespaces whose data this node holds: the ring is to say so. */
  hold(namespaces: ReadonlySet<string>): void {
    this.#holdings = namespaces;
    this.#setClaims(this.#claims);
  }

  /** Calls `handler` on every such event. Returns a function that ends that. */
  on<E extends keyof ClusterEvents>(event: E, handler: ClusterEvents[E]): () => void {
    this.#handlers[event].add(handler);
    return () => void this.#handlers[event].delete(handler);
  }

  health(): Promise<Health> {
    return this.#settings.transport.health();
  }

  /** Leaves the ring, tells the others, and closes the transport. Closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #open(): Agreement {
    if (this.#agreement !== undefined) return this.#agreement;
    throw new ConfigError('not_connected', 'the cluster node is not connected');
  }

  get #records(): NonNullable<ClusterSettings['ownership']> {
    const { ownership } = this.#settings;
    if (ownership !== undefined) return ownership;
    throw new ConfigError('unsupported', 'this cluster node has no ownership records');
  }

  async #connect(): Promise<void> {
    const { self, transport, agreement: settings, random, clock, keptEpoch } = this.#settings;
    const kept = (await keptEpoch?.load()) ?? 0;
    const { tellsMembers } = transport;
    this.#agreement = new Agreement({ self, settings, random, now: clock.now(), keptEpoch: kept, tellsMembers });
    await transport.connect(self, {
      received: (bytes) => this.#received(bytes),
      joined: (member) => this.#step({ is: 'joined', member }),
      ended: (id, how) => this.#step({ is: 'ended', id, how }),
      reopened: () => this.#publish({ is: 'ring', state: this.ring.state }),
    });
    await this.#readClaims();
    this.#arm();
  }

  async #close(): Promise<void> {
    await this.#connecting?.catch(() => {});
    this.#disarm();
    this.#stopReading();
    const { transport, clock } = this.#settings;
    const goodbyes = this.#agreement?.step({ is: 'leave' }, clock.now()) ?? [];
    const sent = goodbyes.map((effect) => (effect.do === 'publish' ? this.#publish(effect.message) : undefined));
    await Promise.all(sent);
    await transport.close();
  }

  #received(bytes: Uint8Array): void {
    try {
      const message = this.#envelopes.decode(bytes);
      if (message !== undefined) this.#step({ is: 'message', message });
    } catch (error) {
      if (!(error instanceof GossipError)) throw error;
      this.#refuse(error.message);
    }
  }

  #step(input: Input): void {
    if (this.#closing !== undefined) return;
    for (const effect of this.#open.step(input, this.#settings.clock.now())) this.#run(effect);
    this.#arm();
  }

  #run(effect: Effect): void {
    if (effect.do === 'publish') void this.#publish(effect.message);
    else if (effect.do === 'refuse') this.#refuse(effect.reason);
    else if (effect.do === 'ring') this.#emit('ring', effect.ring);
    else if (effect.do === 'dispute') this.#emit('dispute', effect.member);
    else this.#settings.keptEpoch?.save(effect.epoch).catch((error: Error) => this.#emit('error', error));
  }

  async #publish(message: Parameters<Envelopes['encode']>[0]): Promise<void> {
    const { transport } = this.#settings;
    try {
      const bytes = this.#envelopes.encode(message, { quiet: transport.tellsMembers });
      await transport.publish(bytes, message.is);
    } catch (error) {
      this.#emit('error', error as Error);
    }
  }

  /** Reads the ownership records, now and again. What cannot be read stays as it was known. */
  async #readClaims(): Promise<void> {
    const { ownership, clock, agreement } = this.#settings;
    if (ownership === undefined) return;
    try {
      this.#setClaims(await ownership.owners());
    } catch (error) {
      if (!isConfigError(error)) throw error;
      this.#emit('error', error);
    }
    if (this.#closing === undefined)
      this.#stopReading = clock.after(agreement.reannounceMs, () => void this.#readClaims());
  }

  #setClaims(claims: ReadonlyMap<string, string>): void {
    this.#claims = claims;
    this.#step({ is: 'ownership', ownership: { claims, holdings: this.#holdings } });
  }

  #emit<E extends keyof ClusterEvents>(event: E, ...args: Parameters<ClusterEvents[E]>): void {
    if (event === 'error') this.#settings.logger.warn({ err: args[0] }, 'the cluster node cannot do what it should');
    for (const handler of this.#handlers[event]) {
      try {
        (handler as (...args: Parameters<ClusterEvents[E]>) => void)(...args);
      } catch (error) {
        this.#settings.logger.error({ err: error }, `a handler of "${event}" failed`);
      }
    }
  }

  #refuse(reason: string): void {
    const counted = this.#refused.has(reason) || this.#refused.size < mostReasons ? reason : 'other reasons';
    this.#refused.set(counted, (this.#refused.get(counted) ?? 0) + 1);
  }

  #arm(): void {
    this.#disarm();
    const { clock } = this.#settings;
    if (this.#agreement === undefined || this.#closing !== undefined) return;
    const delay = Math.max(0, this.#agreement.deadline - clock.now());
    this.#disarm = clock.after(delay, () => this.#step({ is: 'time' }));
  }
}

/** Reasons for refusals that are counted apart. */
const mostReasons = 100;
