import { setTimeout } from 'node:timers/promises';
import { type Entry, isConfigError } from '@cfg/core';
import { ClusterHistory } from './cluster-history.js';
import { type ClusterSetting, NodeProcess } from './cluster-processes.js';

export interface Chaos extends ClusterSetting {
  readonly nodes: number;
  readonly forMs: number;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Longer than it takes until a node is missed. */
  readonly downMs: number;
  readonly tell: (what: string) => void;
}

export interface ChaosOutcome {
  readonly breaches: readonly string[];
  readonly acknowledged: number;
  readonly kills: number;
  readonly stops: number;
  readonly claims: number;
  /** Times that a watcher had to read again. */
  readonly resets: number;
}

const namespaces = Array.from({ length: 12 }, (_, i) => `team-${i}`);
const keys = ['a', 'b', 'c'];
const workers = 8;

/** Runs a cluster of processes under load while its nodes are killed and stopped, and looks at what its clients are told. */
export async function runChaos(chaos: Chaos): Promise<ChaosOutcome> {
  const nodes = await Promise.all(Array.from({ length: chaos.nodes }, (_, i) => NodeProcess.make(`n${i}`, chaos)));
  const run = new ChaosRun(chaos, nodes);
  try {
    return await run.run();
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

class ChaosRun {
  readonly #chaos: Chaos;
  readonly #nodes: readonly NodeProcess[];
  readonly #history = new ClusterHistory();
  readonly #watched: ReadonlyMap<string, Map<string, number>> = new Map(namespaces.map((name) => [name, new Map()]));
  readonly #ended = new AbortController();
  #isLoaded = true;
  #counts = { kills: 0, stops: 0, claims: 0, resets: 0 };
  #written = 0;

  constructor(chaos: Chaos, nodes: readonly NodeProcess[]) {
    this.#chaos = chaos;
    this.#nodes = nodes;
  }

  async run(): Promise<ChaosOutcome> {
    const { forMs, tell } = this.#chaos;
    const [first, ...rest] = this.#nodes as [NodeProcess, ...NodeProcess[]];
    await first.start([]);
    await Promise.all(rest.map((node) => node.start([first])));
    for (const namespace of namespaces) await this.#eventually(async () => this.#set(namespace, 'a'));
    tell('all namespaces are begun');

    const load = Array.from({ length: workers }, () => this.#work());
    const watches = namespaces.map((namespace) => this.#watch(namespace));
    for (const end = Date.now() + forMs; Date.now() < end; ) await this.#trouble();
    this.#isLoaded = false;
    await Promise.all(load);
    tell('the trouble is over');

    for (const namespace of namespaces) {
      for (const key of keys) await this.#eventually(async () => this.#checkKept(namespace, key));
    }
    for (const namespace of namespaces) await this.#eventually(async () => this.#checkWatched(namespace));
    this.#ended.abort();
    await Promise.all(watches);
    const { breaches, acknowledged } = this.#history;
    return { breaches, acknowledged, ...this.#counts };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#chaos.random() * from.length)] as T;
  }

  /** Any node that was not taken down, most of the time. */
  #anyNode(): NodeProcess {
    const up = this.#nodes.filter(({ isUp }) => isUp);
    return this.#pick(up.length > 0 ? up : this.#nodes);
  }

  /** Tries until it succeeds: all nodes are up, so it must. */
  async #eventually(what: () => Promise<unknown>): Promise<void> {
    let last: unknown;
    for (const end = Date.now() + 120_000; Date.now() < end; await setTimeout(200)) {
      try {
        await what();
        return;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  async #set(namespace: string, key: string): Promise<void> {
    const store = await this.#anyNode().store();
    const value = `w${this.#written++}`;
    const before = this.#history.newest(namespace, key);
    const bytes = Buffer.from(JSON.stringify(value));
    const { version } = await store.set(namespace, key, { bytes, codec: 'json', type: 'string' });
    this.#history.wrote(namespace, key, version, value, before);
  }

  async #get(namespace: string, key: string): Promise<void> {
    const store = await this.#anyNode().store();
    const before = this.#history.newest(namespace, key);
    try {
      const entry = await store.get(namespace, key);
      this.#history.read(namespace, key, entry.version, textOf(entry), before);
    } catch (error) {
      if (!isConfigError(error, 'not_found')) throw error;
      this.#history.read(namespace, key, 0, '', before);
    }
  }

  /** Calls fail while nodes are down: what counts is what is answered. */
  async #work(): Promise<void> {
    while (this.#isLoaded) {
      const [namespace, key] = [this.#pick(namespaces), this.#pick(keys)];
      const call = this.#chaos.random() < 0.5 ? this.#set(namespace, key) : this.#get(namespace, key);
      await call.catch(() => {});
      await setTimeout(20 * this.#chaos.random());
    }
  }

  /** Follows the versions of a namespace: read, watch from there, and again whenever the watch ends. */
  async #watch(namespace: string): Promise<void> {
    const { signal } = this.#ended;
    const state = this.#watched.get(namespace) as Map<string, number>;
    while (!signal.aborted) {
      try {
        const store = await this.#anyNode().store();
        const page = await store.find(namespace, {}, { signal });
        state.clear();
        for (const { key, version } of page.entries) state.set(key, version);
        const from = { startRevision: page.revision, logId: page.logId, resume: false, signal };
        await using stream = store.watch({ namespaces: [namespace] }, from);
        for await (const event of stream) {
          if (event.type !== 'set') continue;
          const { key, version } = event.entry;
          if (version <= (state.get(key) ?? 0))
            this.#fault(namespace, `${key}: ${version} watched after ${state.get(key)}`);
          state.set(key, version);
        }
      } catch {
        // Over: a node is down, or the namespace has moved.
      }
      this.#counts.resets += 1;
      await setTimeout(100);
    }
  }

  #fault(namespace: string, what: string): void {
    if (!this.#history.isLossy(namespace)) this.#history.breaches.push(`${namespace} ${what}`);
  }

  async #trouble(): Promise<void> {
    const { random, downMs, tell } = this.#chaos;
    const node = this.#pick(this.#nodes);
    const what = random();
    if (what < 0.3) {
      await this.#claim(node, false);
      await setTimeout(500 * random());
      return;
    }
    const isKill = what < 0.65;
    tell(`${node.id} is ${isKill ? 'killed' : 'stopped'}`);
    if (isKill) await node.kill();
    else node.stop();
    this.#counts[isKill ? 'kills' : 'stops'] += 1;
    const isLong = random() < 0.7;
    await setTimeout(isLong ? downMs : downMs / 10);
    // Of what the lost node held, an operator gives something away now and then.
    if (isLong && random() < 0.5) await this.#claim(this.#anyNode(), true);
    if (isKill) await node.start(this.#nodes.filter(({ isUp }) => isUp));
    else node.goOn();
    await setTimeout(downMs * random());
  }

  async #claim(node: NodeProcess, someoneIsLost: boolean): Promise<void> {
    const namespace = this.#pick(namespaces);
    if (someoneIsLost) this.#history.claimedFromLost(namespace);
    const answer = await node.post(`/v1/cluster/namespaces/${namespace}/claim`, {}).catch(() => 0);
    if (answer === 200) this.#counts.claims += 1;
    this.#chaos.tell(`${node.id} claims ${namespace}: ${answer}`);
  }

  async #checkKept(namespace: string, key: string): Promise<void> {
    await this.#set(namespace, key);
    const store = await this.#pick(this.#nodes).store();
    const { entries } = await store.versions(namespace, key);
    this.#history.kept(namespace, key, new Map(entries.map((entry) => [entry.version, textOf(entry)])));
  }

  async #checkWatched(namespace: string): Promise<void> {
    const { entries } = await (await this.#pick(this.#nodes).store()).find(namespace);
    const watched = this.#watched.get(namespace);
    for (const { key, version } of entries) {
      if (watched?.get(key) !== version) {
        throw new Error(`a watcher of ${namespace} has ${key} at ${watched?.get(key)}, not ${version}`);
      }
    }
  }
}

const textOf = ({ bytes }: Entry): string => JSON.parse(Buffer.from(bytes).toString()) as string;
