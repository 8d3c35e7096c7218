import { isConfigError } from '@cfg/core';
import { SqliteStore } from '../index.js';

// A process that connects to the file named by its argument, and tells how it went. If told so, it gives up the rights of
// root, for whom no file is unreadable; only here, as the repository may be where nobody else can read.

if (process.argv[3] === 'unprivileged' && process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

try {
  await using store = new SqliteStore(process.argv[2] ?? '');
  await store.connect();
  process.stdout.write('connected\n');
} catch (error) {
  process.stdout.write(isConfigError(error) ? `${error.code} ${error.message}\n` : `${error}\n`);
}
