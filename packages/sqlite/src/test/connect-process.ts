import { isConfigError } from '@cfg/core';
import { SqliteStore } from '../index.js';

// A process that connects to the file named by its argument, and tells how it went.

try {
  await using store = new SqliteStore(process.argv[2] ?? '');
  await store.connect();
  process.stdout.write('connected\n');
} catch (error) {
  process.stdout.write(isConfigError(error) ? `${error.code} ${error.message}\n` : `${error}\n`);
}
