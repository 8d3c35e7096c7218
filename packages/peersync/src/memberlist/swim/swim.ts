import type { Random } from '../../clock.js';
import type { Address } from '../wire/address.js';
import { encodeMessage, type IndirectPing, type Message, type Ping, type UserMessage } from '../wire/messages.js';
import type { NodeState } from '../wire/node-state.js';
import { Broadcasts, partBytes } from './broadcasts.js';
import type { SwimEffect } from './effect.js';
import { isThere, type KnownNode } from './node-table.js';
import { type Probe, Relays } from './prober.js';
import { Rumours } from './rumours.js';
import type { SwimSettings } from './settings.js';
import { versionFault } from './versions.js';

const never = Number.POSITIVE_INFINITY;

/**
 * The protocol of hashicorp/memberlist (SWIM with the Lifeguard extensions), without sockets and timers: it is told
 * what was received and what time it is, and returns what to do. Call `tick` at {@link deadline}.
 */
export class Swim {
  readonly #settings: SwimSettings;
  readonly #random: Random;
  readonly #rumours: Rumours;
  readonly #userMessages = new Broadcasts();
  readonly #relays = new Relays();
  #effects: SwimEffect[] = [];
  #probe: Probe | undefined;
  #probeAt: number;
  #gossipAt: number;
  #pushPullAt: number;
  #seqNo = 0;

  constructor(settings: SwimSettings, random: Random, now: number) {
    this.#settings = settings;
    this.#random = random;
    this.#rumours = new Rumours(settings, random, now, (effect) => this.#effects.push(effect));
    // Not all nodes that were started together in the same moment.
    this.#probeAt = now + random() * settings.probeIntervalMs;
    this.#gossipAt = now + random() * settings.gossipIntervalMs;
    this.#pushPullAt = now + random() * settings.pushPullIntervalMs;
  }

  /** When `tick` is due. */
  get deadline(): number {
    const probe = this.#probe === undefined ? this.#probeAt : Math.min(this.#probe.indirectAt, this.#probe.endsAt);
    return Math.min(probe, this.#gossipAt, this.#pushPullAt, this.#rumours.deadline, this.#relays.deadline);
  }

  /** 0: this node does well. */
  get health(): number {
    return this.#rumours.health.score;
  }

  /** Messages that wait to be passed on. */
  get queued(): number {
    return this.#rumours.broadcasts.size + this.#userMessages.size;
  }

  /** The nodes that are there, this one included. */
  members(): KnownNode[] {
    return [...this.#rumours.table].filter(isThere);
  }

  /** Everything that is known, for an exchange by push/pull. */
  states(): NodeState[] {
    return this.#rumours.table.states();
  }

  /** Takes in a message of a packet that came from that address. */
  receive(message: Message, from: Address, now: number): readonly SwimEffect[] {
    return this.#collect(() => {
      switch (message.is) {
        case 'ping':
          this.#answerPing(message, from);
          break;
        case 'indirectPing':
          this.#relay(message, from, now);
          break;
        case 'ack':
          this.#acknowledged(message.seqNo, now);
          break;
        case 'nack':
          if (this.#probe?.seqNo === message.seqNo) this.#probe.nacks += 1;
          break;
        case 'alive':
        case 'suspect':
        case 'dead':
          this.#rumour(message, now);
          break;
        case 'user':
          this.#effects.push({ do: 'deliver', payload: message.payload });
          break;
      }
    });
  }

  /** Takes in what another node knows; nothing of it where the protocols' versions do not fit. */
  merge(nodes: readonly NodeState[], now: number): readonly SwimEffect[] {
    return this.#collect(() => {
      const fault = versionFault([...this.#rumours.table], nodes);
      if (fault !== undefined) this.#effects.push({ do: 'note', what: fault });
      else this.#rumours.merge(nodes, now);
    });
  }

  /** The ping by a stream was answered. */
  streamAck(seqNo: number): void {
    if (this.#probe?.seqNo === seqNo) this.#probe.isAnsweredByStream = true;
  }

  /** Whether a ping is meant for this node: another name at this address is not there any more. */
  isForUs({ node }: Ping): boolean {
    return node === '' || node === this.#settings.name;
  }

  /** Queues a message to everyone. A newer one with the same key takes its place. False: it would not fit a packet. */
  broadcast(key: string, message: UserMessage): boolean {
    const bytes = encodeMessage(message);
    if (bytes.length + partBytes > this.#settings.packetBytes) return false;
    this.#userMessages.add(key, bytes);
    return true;
  }

  /** Tells everyone something new about this node. */
  changeMeta(meta: Uint8Array, now: number): readonly SwimEffect[] {
    return this.#collect(() => this.#rumours.changeMeta(meta, now));
  }

  /** Whether there is a goodbye that has not been told as often as it is to be. */
  get isSayingGoodbye(): boolean {
    return this.#rumours.isLeaving && this.#rumours.broadcasts.has(this.#settings.name);
  }

  /** Says goodbye with the packets that follow. The node goes on answering. */
  leave(now: number): readonly SwimEffect[] {
    return this.#collect(() => this.#rumours.leave(now));
  }

  /** Lets time pass. */
  tick(now: number): readonly SwimEffect[] {
    return this.#collect(() => {
      if (this.#probe !== undefined) this.#watchProbe(this.#probe, now);
      else if (now >= this.#probeAt) this.#startProbe(now);
      if (now >= this.#gossipAt) this.#gossip(now);
      if (now >= this.#pushPullAt) this.#pushPull(now);
      for (const { requester, seqNo, wantsNack } of this.#relays.takeExpired(now)) {
        if (wantsNack) this.#send(requester, [{ is: 'nack', seqNo }]);
      }
      this.#rumours.expire(now);
    });
  }

  #startProbe(now: number): void {
    const { probeIntervalMs, probeTimeoutMs, gossipToTheDeadMs, name, address } = this.#settings;
    const interval = probeIntervalMs * (this.health + 1);
    this.#probeAt = now + interval;
    const node = this.#rumours.table.nextToProbe(
      (each) => isThere(each) && each.name !== name,
      (each) => !isThere(each) && now - each.changedAt > gossipToTheDeadMs,
      this.#random,
    );
    if (node === undefined) return;
    const seqNo = this.#nextSeqNo();
    this.#probe = {
      node,
      seqNo,
      startedAt: now,
      indirectAt: now + probeTimeoutMs,
      endsAt: now + interval,
      nacksExpected: 0,
      nacks: 0,
      isAnsweredByStream: false,
    };
    const ping: Ping = { is: 'ping', seqNo, node: node.name, source: { ...address, node: name } };
    const { incarnation } = node;
    // A suspect is told at once, so that it can deny.
    const doubt: Message[] =
      node.state === 'suspect' ? [{ is: 'suspect', incarnation, node: node.name, from: name }] : [];
    this.#send(node.address, [ping, ...doubt], node);
  }

  #watchProbe(probe: Probe, now: number): void {
    if (now - Math.min(probe.indirectAt, probe.endsAt) > this.#settings.probeTimeoutMs) {
      // This process stood still: an answer may have come, and nobody can be blamed.
      this.#rumours.health.change(1);
      this.#endProbe(now);
    } else if (now >= probe.endsAt) this.#decide(probe, now);
    else if (now >= probe.indirectAt) this.#probeIndirectly(probe);
  }

  #probeIndirectly(probe: Probe): void {
    probe.indirectAt = never;
    const { node, seqNo, endsAt } = probe;
    const { indirectChecks, name, address } = this.#settings;
    const isHelper = (each: KnownNode): boolean => each.state === 'alive' && each.name !== name && each !== node;
    for (const helper of this.#rumours.table.some(indirectChecks, isHelper, this.#random)) {
      const nack = (helper.vsn[1] ?? 0) >= 4;
      if (nack) probe.nacksExpected += 1;
      const source = { ...address, node: name };
      const ping: IndirectPing = { is: 'indirectPing', seqNo, target: node.address, node: node.name, nack, source };
      this.#send(helper.address, [ping], helper);
    }
    if ((node.vsn[1] ?? 0) >= 3) {
      this.#effects.push({ do: 'ping-stream', to: node.address, node: node.name, seqNo, deadline: endsAt });
    }
  }

  #acknowledged(seqNo: number, now: number): void {
    if (this.#probe?.seqNo === seqNo) {
      this.#rumours.health.change(-1);
      this.#endProbe(now);
      return;
    }
    const relay = this.#relays.take(seqNo);
    if (relay !== undefined) this.#send(relay.requester, [{ is: 'ack', seqNo: relay.seqNo }]);
  }

  #decide(probe: Probe, now: number): void {
    const { node, nacks, nacksExpected } = probe;
    this.#endProbe(now);
    if (probe.isAnsweredByStream) {
      this.#effects.push({ do: 'note', what: `${node.name} answers by TCP, but not by UDP` });
      return;
    }
    this.#rumours.health.change(nacksExpected > 0 ? Math.max(0, nacksExpected - nacks) : 1);
    if (!isThere(node)) return;
    const { name } = this.#settings;
    this.#rumours.suspect({ is: 'suspect', incarnation: node.incarnation, node: node.name, from: name }, now);
  }

  #endProbe(now: number): void {
    this.#probe = undefined;
    if (this.#probeAt < now) this.#probeAt = now;
  }

  #answerPing(ping: Ping, from: Address): void {
    if (!this.isForUs(ping)) return; // silence is how a restart under another name is noticed
    this.#send(ping.source ?? from, [{ is: 'ack', seqNo: ping.seqNo }]);
  }

  #relay(request: IndirectPing, from: Address, now: number): void {
    const { name, address, probeTimeoutMs } = this.#settings;
    const seqNo = this.#nextSeqNo();
    const requester = request.source ?? from;
    const relay = { requester, seqNo: request.seqNo, nackAt: now + probeTimeoutMs, wantsNack: request.nack };
    if (!this.#relays.add(seqNo, relay)) return;
    this.#send(request.target, [{ is: 'ping', seqNo, node: request.node, source: { ...address, node: name } }]);
  }

  #rumour(message: Extract<Message, { is: 'alive' | 'suspect' | 'dead' }>, now: number): void {
    if (message.is === 'alive') this.#rumours.alive(message, now);
    else if (message.is === 'suspect') this.#rumours.suspect(message, now);
    else this.#rumours.dead(message, now);
  }

  #gossip(now: number): void {
    const { gossipIntervalMs, gossipNodes, gossipToTheDeadMs, name } = this.#settings;
    this.#gossipAt = now + gossipIntervalMs;
    const isHeard = (node: KnownNode): boolean =>
      node.name !== name && (isThere(node) || (node.state === 'dead' && now - node.changedAt < gossipToTheDeadMs));
    if (this.queued === 0) return;
    for (const node of this.#rumours.table.some(gossipNodes, isHeard, this.#random)) this.#send(node.address, [], node);
  }

  #pushPull(now: number): void {
    const nodes = this.#rumours.table.countThere();
    const scale = nodes > 32 ? Math.ceil(Math.log2(nodes) - 5) + 1 : 1;
    this.#pushPullAt = now + this.#settings.pushPullIntervalMs * scale;
    const isOther = (node: KnownNode): boolean => node.state === 'alive' && node.name !== this.#settings.name;
    const [node] = this.#rumours.table.some(1, isOther, this.#random);
    if (node !== undefined) this.#effects.push({ do: 'push-pull', to: node.address });
  }

  /** Sends the messages in a packet that is filled up with what is to be passed on. */
  #send(to: Address, messages: readonly Message[], node?: KnownNode): void {
    const parts = messages.map(encodeMessage);
    const limit = this.#settings.retransmitMult * Math.ceil(Math.log10(this.#rumours.table.countThere() + 1));
    let space = this.#settings.packetBytes;
    for (const part of parts) space -= part.length + partBytes;
    for (const queue of [this.#rumours.broadcasts, this.#userMessages]) {
      for (const bytes of queue.take(space, limit)) {
        parts.push(bytes);
        space -= bytes.length + partBytes;
      }
    }
    if (parts.length > 0) this.#effects.push({ do: 'send', to, messages: parts, crc: (node?.vsn[1] ?? 0) >= 5 });
  }

  #nextSeqNo(): number {
    this.#seqNo = (this.#seqNo + 1) >>> 0;
    return this.#seqNo;
  }

  #collect(task: () => void): readonly SwimEffect[] {
    this.#effects = [];
    task();
    return this.#effects;
  }
}
