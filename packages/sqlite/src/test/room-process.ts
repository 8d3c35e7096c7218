import { setTimeout as sleep } from 'node:timers/promises';
import { isConfigError } from '@cfg/core';
import { SqliteStore } from '../index.js';

// A process that writes until it cannot, says so, and goes on trying until it can again.

await using store = new SqliteStore(process.argv[2] ?? '');
await store.connect();
const value = { bytes: new Uint8Array(20_000).fill(65), codec: 'raw', type: 'custom' as const };

let written = 0;
let isFull = false;
let isOver = false;
while (!isOver) {
  try {
    await store.set('a', `k${written}`, value);
    written += 1;
    isOver = isFull;
  } catch (error) {
    if (!isConfigError(error, 'unavailable')) throw error;
    if (!isFull) process.stdout.write('full\n');
    isFull = true;
    await sleep(20);
  }
}
process.stdout.write(`written ${written} ${(await store.health()).ok}\n`);
