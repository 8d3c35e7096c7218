import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel, createClient } from 'nice-grpc';
import { expect, it } from 'vitest';
import { Broadcast } from './test/broadcast.js';
import { NotesDefinition } from './test/definitions.js';
import { data, message, requestFields } from './test/frames.js';
import { Random } from './test/random.js';
import { RawClient } from './test/raw-client.js';
import { Running } from './test/running.js';

/** `DOOR_ENDURANCE_MS=600000 vitest run src/endurance.test.ts` is the long form. */
const durationMs = Number(process.env.DOOR_ENDURANCE_MS ?? 3_000);

const codes = new Set(['CANCELLED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED']);

it(
  `serves clients that come and go for ${durationMs} ms: every call ends, no event is lost or doubled, nothing stays`,
  async () => {
    const random = new Random(Date.now());
    const broadcast = new Broadcast();
    const running = await Running.start(
      { many: (_note, context) => broadcast.watch(context) },
      // All connections are asked to leave, every second.
      { maxAgeMs: 1, compression: 'accepted', compressAboveBytes: 100 },
    );
    const end = performance.now() + durationMs;
    const goOn = (): boolean => performance.now() < end;
    const seen = { calls: 0, events: 0, failed: 0, cut: 0, heap: [] as number[] };

    /** A client of its own, which calls, watches and leaves in one of several ways. */
    async function visit(): Promise<void> {
      const channel = createChannel(`127.0.0.1:${running.port}`, undefined, { 'grpc.use_local_subchannel_pool': 1 });
      const client = createClient(NotesDefinition, channel);
      const aborter = new AbortController();
      const watching = watch(client.many({ text: '' }, { signal: aborter.signal }));
      for (let i = 1 + random.below(20); i > 0; i -= 1) {
        const text = 'x'.repeat(random.pick([1, 50, 5_000, 200_000]));
        try {
          const answer = await client.one({ text }, { signal: AbortSignal.timeout(60_000) });
          if (answer.text !== text) throw new Error('another answer');
          seen.calls += 1;
        } catch (error) {
          expectEnd(error);
        }
        if (random.chance(4)) await sleep(random.below(30));
      }
      if (random.chance(2)) aborter.abort();
      channel.close();
      aborter.abort();
      await watching;
    }

    async function watch(events: AsyncIterable<{ count?: number }>): Promise<void> {
      let last: number | undefined;
      try {
        for await (const { count = -1 } of events) {
          if (last !== undefined && count !== last + 1) throw new Error(`event ${count} follows ${last}`);
          last = count;
          seen.events += 1;
        }
      } catch (error) {
        expectEnd(error);
      }
    }

    /** A client whose socket is cut in the middle of whatever it does. */
    async function cut(): Promise<void> {
      using client = await RawClient.connect(running.port);
      for (let id = 1; id < 2 * (1 + random.below(30)); id += 2) {
        const fields = requestFields(random.pick(['/test.Notes/One', '/test.Notes/Many', '/test.Notes/Chat']));
        client.send(client.headers.frame(id, fields), data(id, message(Buffer.from('{"text":"a"}')), random.chance(2)));
      }
      await sleep(random.below(20));
      if (random.chance(2)) client.socket.resetAndDestroy();
      seen.cut += 1;
    }

    function expectEnd(error: unknown): void {
      seen.failed += 1;
      const { name, message: text } = error as Error;
      if (name !== 'AbortError' && ![...codes].some((code) => text.includes(code))) throw error;
    }

    const events = setInterval(() => broadcast.send(), 1);
    const loops = [visit, visit, visit, cut, cut].map(async (round) => {
      while (goOn()) await round();
    });
    while (goOn()) {
      await sleep(Math.min(durationMs / 10, Math.max(0, end - performance.now())));
      globalThis.gc?.();
      seen.heap.push(process.memoryUsage().heapUsed);
    }
    await Promise.all(loops);
    clearInterval(events);
    expect(seen.calls).toBeGreaterThan(10);
    expect(seen.events).toBeGreaterThan(10);
    running.channel.close();
    await running.server.shutdown();
    expect(running.server.metrics()).toMatchObject({ calls: 0, connections: 0 });
    if (durationMs > 60_000) {
      process.stdout.write(`${JSON.stringify({ ...seen, metrics: running.server.metrics() })}\n`);
      const [early, late] = [seen.heap.slice(2, 5), seen.heap.slice(-3)].map((some) => Math.min(...some)) as [
        number,
        number,
      ];
      expect(late).toBeLessThan(early * 1.5 + 20 * 2 ** 20);
    }
  },
  durationMs + 120_000,
);
