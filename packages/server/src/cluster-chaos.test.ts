import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runChaos } from './test/cluster-chaos.js';
import { freePort } from './test/free-port.js';
import { seededRandom } from './test/seeded-random.js';
import { TempDir } from './test/temp-dir.js';

/** How long the trouble lasts, for each transport: 8 s over one of them in `npm test`; CFG_CHAOS_SECONDS=300 for both. */
const seconds = Number(process.env.CFG_CHAOS_SECONDS ?? 0);
const timeout = 600_000 + seconds * 2_000;
const seed = seconds === 0 ? 1 : Date.now() % 2 ** 31;
const tell = seconds === 0 ? () => {} : (what: string) => void process.stderr.write(`${what}\n`);
const withoutRedis = spawnSync('redis-server', ['--version']).status === 0 ? '' : 'no redis-server on the PATH';

it.skipIf(withoutRedis !== '')(
  `over Redis, nodes that are killed and stopped lose nothing${withoutRedis && ` (skipped: ${withoutRedis})`}`,
  { timeout },
  async () => {
    using dir = new TempDir();
    const port = await freePort();
    const redis = spawn('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1'], {
      stdio: 'ignore',
    });
    try {
      while (!(await answers(port))) await setTimeout(50);
      const nodes = seconds === 0 ? 3 : 5;
      const times = { heartbeatMs: 500, downMs: 2_500, forMs: (seconds || 8) * 1_000 };
      const random = seededRandom(seed);
      const outcome = await runChaos({ dir, redis: `redis://127.0.0.1:${port}`, nodes, random, tell, ...times });
      tell(JSON.stringify({ seed, ...outcome }));
      expect(outcome.breaches).toEqual([]);
      expect(outcome.acknowledged).toBeGreaterThan(20);
    } finally {
      redis.kill('SIGKILL');
      await once(redis, 'exit');
    }
  },
);

it.skipIf(seconds === 0)('over memberlist, nodes that are killed and stopped lose nothing', { timeout }, async () => {
  using dir = new TempDir();
  const times = { heartbeatMs: 1_000, downMs: 15_000, forMs: seconds * 1_000 };
  const outcome = await runChaos({ dir, redis: undefined, nodes: 5, random: seededRandom(seed), tell, ...times });
  tell(JSON.stringify({ seed, ...outcome }));
  expect(outcome.breaches).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(20);
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
