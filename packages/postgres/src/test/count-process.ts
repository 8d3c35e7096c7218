import { isConfigError } from '@cfg/core';
import { PostgresStore } from '../index.js';

// A process that counts up, `times` times, what others count up as well, and sets keys of its own in between.

const [url = '', tablePrefix = '', name = '', times = '0'] = process.argv.slice(2);

const json = (data: number) => ({
  bytes: new TextEncoder().encode(String(data)),
  codec: 'json',
  type: 'int' as const,
});

await using store = new PostgresStore(url, { tablePrefix });
await store.connect();

async function countUp(): Promise<void> {
  for (;;) {
    const { bytes, version } = await store.get('shared', 'counter');
    const next = json(Number(new TextDecoder().decode(bytes)) + 1);
    try {
      await store.set('shared', 'counter', next, { ifVersion: version });
      return;
    } catch (error) {
      if (!isConfigError(error, 'version_mismatch')) throw error;
    }
  }
}

for (let n = 0; n < Number(times); n += 1) {
  await Promise.all([countUp(), store.set(name, `k${n}`, json(n)), store.set('shared', 'last', json(n))]);
}
