import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createChannel, createClient } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { NotesDefinition } from './test/definitions.js';
import { attacks } from './test/hostile-peers.js';

/** `DOOR_HOSTILE=1 vitest run src/hostile-latency.test.ts`, on a machine with nothing else to do: it measures. */
const wanted = process.env.DOOR_HOSTILE !== undefined;
const program = (name: string, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(`../dist/test/${name}.js`, import.meta.url)), args);

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

describe.skipIf(!wanted)('the cost of hostile peers to others', () => {
  it.each(attacks)(
    '$name: latency within twice that of quiet times, memory within 100 MB',
    async ({ name }) => {
      const server = program('hostile-server');
      const [{ port }] = (await once(server, 'message')) as [{ port: number }];
      const channel = createChannel(`127.0.0.1:${port}`);
      const client = createClient(NotesDefinition, channel);
      const rssOf = async (): Promise<number> => {
        server.send('');
        const [{ rssBytes }] = (await once(server, 'message')) as [{ rssBytes: number }];
        return rssBytes;
      };
      const latency = async (): Promise<number> => {
        const taken: number[] = [];
        for (let i = 0; i < 1_000; i += 1) {
          const began = performance.now();
          await client.one({ text: 'a' });
          taken.push(performance.now() - began);
        }
        return median(taken);
      };
      await latency();
      const quiet = { latencyMs: await latency(), rssBytes: await rssOf() };
      const attacker = program('hostile-program', String(port), name);
      await once(attacker, 'message');
      await sleep(1_000);
      const attacked = { latencyMs: await latency(), rssBytes: await rssOf() };
      attacker.kill('SIGKILL');
      channel.close();
      server.kill('SIGKILL');
      const ratio = attacked.latencyMs / quiet.latencyMs;
      const grown = (attacked.rssBytes - quiet.rssBytes) / 2 ** 20;
      process.stdout.write(`${name.padEnd(40)} latency x ${ratio.toFixed(2)}, memory +${grown.toFixed(0)} MB\n`);
      expect(grown).toBeLessThan(100);
      expect(ratio).toBeLessThan(2);
    },
    120_000,
  );
});
