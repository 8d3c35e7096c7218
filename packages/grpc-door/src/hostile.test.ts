import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { attacks } from './test/hostile-peers.js';
import { Running } from './test/running.js';

it.each(attacks)('$name harms nobody else', async ({ cut, run }) => {
  await using running = await Running.start({
    // A stream of answers without end, as a watch is.
    many: async function* (note) {
      for (;;) {
        yield note;
        await sleep(1);
      }
    },
  });
  const attackers = await Promise.all([run(running.port), run(running.port)]);
  try {
    for (let i = 0; i < 50; i += 1) expect(await running.client.one({ text: `${i}` })).toEqual({ text: `${i}` });
    if (cut) await Promise.all(attackers.map((attacker) => attacker.closed()));
    expect(await running.client.one({ text: 'still well' })).toEqual({ text: 'still well' });
    const { connections, limits } = running.server.metrics();
    if (cut) expect(Object.keys(limits)).not.toEqual([]);
    expect({ connections, limits }).toMatchObject({ connections: cut ? 1 : 3 });
  } finally {
    for (const attacker of attackers) attacker[Symbol.dispose]();
  }
});
