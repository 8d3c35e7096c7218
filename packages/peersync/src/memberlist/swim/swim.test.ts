import { describe, expect, it } from 'vitest';
import { Network } from '../../testing/network.js';
import { Simulation } from '../../testing/simulation.js';
import type { Address } from '../wire/address.js';
import { openPacket, sealPacket } from '../wire/packet.js';
import { Security } from '../wire/security.js';
import type { SwimEffect } from './effect.js';
import { lanTimings } from './settings.js';
import { Swim } from './swim.js';

const security = new Security();

/** One node on the simulated network; its host is its name. */
class Node {
  readonly swim: Swim;
  readonly address: Address;
  readonly told: string[] = [];
  readonly heard: string[] = [];
  readonly cluster: Cluster;
  state: 'up' | 'paused' | 'down' = 'up';
  #disarm = (): void => {};

  constructor(cluster: Cluster, number: number) {
    this.cluster = cluster;
    this.address = { host: `10.0.0.${number}`, port: 7_946 };
    const { simulation } = cluster;
    const settings = {
      name: `n${number}`,
      address: this.address,
      meta: new Uint8Array(0),
      packetBytes: 1_393,
      ...lanTimings,
    };
    this.swim = new Swim(settings, simulation.random, simulation.now());
    this.arm();
  }

  do(effects: readonly SwimEffect[]): void {
    for (const effect of effects) this.#effect(effect);
    this.arm();
  }

  pause(forMs: number): void {
    this.state = 'paused';
    this.cluster.simulation.after(forMs, () => {
      this.state = 'up';
      this.arm();
    });
  }

  arm(): void {
    this.#disarm();
    const { simulation } = this.cluster;
    this.#disarm = simulation.after(this.swim.deadline - simulation.now(), () => {
      if (this.state === 'up') this.do(this.swim.tick(simulation.now()));
    });
  }

  #effect(effect: SwimEffect): void {
    const { cluster } = this;
    const { simulation } = cluster;
    if (effect.do === 'send') {
      const packet = sealPacket(effect.messages, security, effect.crc);
      expect(packet.length).toBeLessThanOrEqual(1_400);
      cluster.send(this, effect.to, (node) => {
        for (const message of openPacket(packet, security).messages)
          node.do(node.swim.receive(message, this.address, simulation.now()));
      });
    } else if (effect.do === 'push-pull') cluster.pushPull(this, effect.to);
    else if (effect.do === 'tell') this.told.push(`${effect.what} ${effect.node.name}`);
    else if (effect.do === 'deliver') this.heard.push(Buffer.from(effect.payload).toString());
    // A stream gets through where packets do.
    else if (effect.do === 'ping-stream') {
      cluster.send(this, effect.to, (node) =>
        cluster.send(node, this.address, () => this.swim.streamAck(effect.seqNo)),
      );
    }
  }
}

class Cluster {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly nodes: Node[] = [];

  constructor(seed: number, size: number) {
    this.simulation = new Simulation(seed);
    this.network = new Network(this.simulation);
    for (let number = 0; number < size; number++) this.start(number);
  }

  start(number: number): Node {
    const node = new Node(this, number);
    this.nodes.push(node);
    if (number > 0) this.pushPull(node, { host: '10.0.0.0', port: 7_946 });
    return node;
  }

  send(from: Node, to: Address, deliver: (node: Node) => void): void {
    this.network.send(from.address.host, to.host, () => {
      const node = this.nodes.findLast(({ address }) => address.host === to.host);
      if (node?.state === 'up' && from.state !== 'down') deliver(node);
    });
  }

  pushPull(from: Node, to: Address): void {
    const states = from.swim.states();
    this.send(from, to, (node) => {
      const answer = node.swim.states();
      node.do(node.swim.merge(states, this.simulation.now()));
      this.send(node, from.address, () => from.do(from.swim.merge(answer, this.simulation.now())));
    });
  }

  run(forMs: number): void {
    this.simulation.run(this.simulation.now() + forMs);
  }

  views(): number[] {
    return this.nodes.filter(({ state }) => state !== 'down').map(({ swim }) => swim.members().length);
  }
}

const told = (cluster: Cluster, what: string): string[] =>
  cluster.nodes.flatMap((node) => node.told.filter((each) => each.startsWith(what)));

describe.each([3, 10, 40])('%i nodes', (size) => {
  it('find each other, and suspect nobody to death while a twentieth of the packets gets lost', () => {
    const cluster = new Cluster(size, size);
    cluster.run(5_000);
    expect(cluster.views()).toEqual(Array(size).fill(size));
    cluster.network.faults.loss = 0.05;
    cluster.network.faults.duplication = 0.05;
    cluster.run(120_000);
    expect(told(cluster, 'gone')).toEqual([]);
    expect(cluster.views()).toEqual(Array(size).fill(size));
  });

  it('notice a crash, and a restart under the same name', () => {
    const cluster = new Cluster(size, size);
    cluster.run(10_000);
    const lost = cluster.nodes.splice(1, 1)[0] as Node;
    lost.state = 'down';
    cluster.run(60_000);
    expect(cluster.nodes.every((node) => node.told.filter((each) => each === 'gone n1').length === 1)).toBe(true);
    const again = cluster.start(1);
    cluster.run(30_000);
    expect(again.swim.members()).toHaveLength(size);
    expect(cluster.views()).toEqual(Array(size).fill(size));
  });

  it('hear a goodbye, which nobody denies', () => {
    const cluster = new Cluster(size, size);
    cluster.run(10_000);
    const leaver = cluster.nodes[1] as Node;
    leaver.do(leaver.swim.leave(cluster.simulation.now()));
    cluster.run(2_000);
    leaver.state = 'down';
    cluster.run(10_000);
    expect(cluster.views()).toEqual(Array(size - 1).fill(size - 1));
    expect(told(cluster, 'gone')).toEqual([]);
  });

  it('blame nobody when one of them stood still for a while', () => {
    const cluster = new Cluster(size, size);
    cluster.run(10_000);
    (cluster.nodes[0] as Node).pause(3_000);
    cluster.run(60_000);
    expect(told(cluster, 'gone')).toEqual([]);
    expect(cluster.views()).toEqual(Array(size).fill(size));
  });

  it('pass a rumour on to all', () => {
    const cluster = new Cluster(size, size);
    cluster.run(10_000);
    const [first] = cluster.nodes as [Node];
    first.do(first.swim.changeMeta(Buffer.from('new'), cluster.simulation.now()));
    cluster.run(10_000);
    expect(told(cluster, 'updated n0')).toHaveLength(size - 1);
  });
});

it('a node that can reach the others only by streams is not suspected', () => {
  const cluster = new Cluster(1, 3);
  cluster.run(5_000);
  const [a, b] = cluster.nodes as [Node, Node];
  // No packet of a reaches b, but a third one helps.
  cluster.network.cut(a.address.host, b.address.host);
  cluster.run(60_000);
  expect(told(cluster, 'gone')).toEqual([]);
});

it('a message that would not fit a packet is not queued for ever', () => {
  const cluster = new Cluster(1, 2);
  const [node] = cluster.nodes as [Node];
  expect(node.swim.broadcast('k', { is: 'user', payload: new Uint8Array(2_000) })).toBe(false);
  expect(node.swim.broadcast('k', { is: 'user', payload: Buffer.from('old') })).toBe(true);
  expect(node.swim.broadcast('k', { is: 'user', payload: Buffer.from('new') })).toBe(true);
  cluster.run(5_000);
  expect(new Set(cluster.nodes[1]?.heard)).toEqual(new Set(['new']));
  expect(node.swim.queued).toBe(0);
});
