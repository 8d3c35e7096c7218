import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { randomInt } from '../clock.js';
import { buildGo } from '../test/go-node.js';
import { LineProcess } from '../test/line-process.js';
import { RedisServer, withoutRedis } from '../test/redis-server.js';
import { seededRandom } from '../testing/simulation.js';

const { program, reason } = await buildGo('go-ring');
const ringNode = new URL('../../dist/test/ring-node.js', import.meta.url).pathname;
const until = { timeout: 180_000, interval: 100 };
const namespaces = 10_000;

/** How the nodes of a test talk: what both programs take for arguments. */
interface Way {
  readonly kind: 'redis' | 'memberlist';
  readonly where: string;
  readonly label: string;
}

/** Two nodes of the original's kind and two of ours, in a ring; then what happens to it. */
class MixedRing {
  readonly #way: Way;
  readonly #nodes = new Map<string, LineProcess>();
  readonly #random = seededRandom(7);

  constructor(way: Way) {
    this.#way = way;
  }

  async start(id: string): Promise<void> {
    const { kind, where, label } = this.#way;
    const args = [kind, where, id, '250', '2000', label];
    const isGo = id.startsWith('go');
    const node = isGo
      ? LineProcess.start(program as string, args)
      : LineProcess.start(process.execPath, [ringNode, ...args]);
    const [first] = this.#nodes.values();
    this.#nodes.set(id, node);
    if (!isGo || kind === 'memberlist') await node.listening();
    if (kind === 'memberlist' && first !== undefined) {
      node.tell(`join ${first.address}`);
      await node.line(/^join 1/);
    }
  }

  pinSome(): void {
    const ids = [...this.#nodes.keys()];
    const any = (): string => ids[randomInt(this.#random, ids.length)] as string;
    for (let i = 0; i < 20; i++) {
      this.#nodes.get(any())?.tell(`pin team-${randomInt(this.#random, namespaces)} ${any()}`);
    }
  }

  leave(id: string): void {
    this.#nodes.get(id)?.tell('leave');
    this.#nodes.delete(id);
  }

  kill(id: string): void {
    this.#nodes.get(id)?.process.kill('SIGKILL');
    this.#nodes.delete(id);
  }

  /** Waits until every node has all nodes in its ring, and no other, and the same owners of 10,000 namespaces. */
  async agrees(): Promise<void> {
    const nodes = [...this.#nodes.values()];
    const all = [...this.#nodes.keys()].sort().join();
    await vi.waitFor(async () => {
      for (const node of nodes) {
        node.tell('members');
        expect((await node.line(/^members (.*)/))[1]).toBe(all);
      }
      const owners = await Promise.all(
        nodes.map(async (node) => {
          node.tell(`owners ${namespaces}`);
          return (await node.line(/^owners (.*)/))[1] as string;
        }),
      );
      expect(new Set(owners).size).toBe(1);
      expect(new Set(owners[0]?.split(',')).size).toBeGreaterThanOrEqual(nodes.length);
    }, until);
  }
}

async function live(way: Way): Promise<void> {
  const ring = new MixedRing(way);
  for (const id of ['go-1', 'ts-1', 'go-2', 'ts-2']) await ring.start(id);
  await ring.agrees();
  for (let round = 0; round < 3; round++) {
    ring.pinSome();
    await ring.agrees();
  }
  await ring.start('ts-3');
  ring.pinSome();
  await ring.agrees();
  ring.leave('go-2');
  await ring.agrees();
  ring.leave('ts-3');
  await ring.agrees();
  await ring.start('go-3');
  await ring.agrees();
  ring.kill('go-1');
  ring.kill('ts-2');
  await ring.agrees(); // both were missed, by those of either kind
  ring.pinSome();
  await ring.agrees();
}

describe.skipIf(program === undefined)(`with nodes of the original's kind${reason && ` (skipped: ${reason})`}`, () => {
  it.skipIf(withoutRedis !== '')(
    `over Redis, everybody agrees on the owners${withoutRedis && ` (skipped: ${withoutRedis})`}`,
    async () => {
      const redis = await RedisServer.start();
      try {
        await live({ kind: 'redis', where: `127.0.0.1:${redis.port}`, label: '' });
      } finally {
        await redis.stop();
      }
    },
    600_000,
  );

  it.each([
    ['plain', '', ''],
    ['encrypted, with a label', randomBytes(32).toString('hex'), 'lab'],
  ])(
    'over memberlist, everybody agrees on the owners: %s',
    (_, where, label) => live({ kind: 'memberlist', where, label }),
    600_000,
  );
});
