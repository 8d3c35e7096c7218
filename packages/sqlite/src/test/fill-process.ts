import { isConfigError } from '@cfg/core';
import { SqliteStore } from '../index.js';

// A process that writes until it cannot, then tells what still works.

await using store = new SqliteStore(process.argv[2] ?? '');
await store.connect();
const value = { bytes: new Uint8Array(20_000).fill(65), codec: 'raw', type: 'custom' as const };

let written = 0;
let failure = '';
while (failure === '' && written < 10_000) {
  try {
    await store.set('a', `k${written}`, value);
    written += 1;
  } catch (error) {
    failure = isConfigError(error) ? error.code : String(error);
  }
}
const { entries, revision } = await store.find('a');
process.stdout.write(JSON.stringify({ written, failure, found: entries.length, revision }));
