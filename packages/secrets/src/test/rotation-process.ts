import { SecretPolicy } from '@cfg/core';
import { openSqliteKeys } from '@cfg/sqlite';
import { keyFile, rewrapKeys, rotateKeys } from '../index.js';
import { patterns } from './patterns.js';

// A process that rotates, and kills itself with -9 after as many transactions as it is told.
const [what, path = '', key = '', next = '', steps = ''] = process.argv.slice(2);

let left = Number(steps);
const table = openSqliteKeys(path);

/** The table, whose process dies right after a transaction, before anybody is told of it. */
const dying: typeof table = {
  list: () => table.list(),
  counts: () => table.counts(),
  verify: (keys, after) => table.verify(keys, after),
  update: (change) => table.update(change).then(died),
  reseal: (keys, policy, after) => table.reseal(keys, policy, after).then(died),
  destroy: (id) => table.destroy(id).then(died),
  close: () => table.close(),
};

function died<T>(result: T): T {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  return result;
}

if (what === 'rewrap') await rewrapKeys(dying, keyFile(key), keyFile(next));
else await rotateKeys(dying, { wrapper: keyFile(key), policy: new SecretPolicy(patterns), waitMs: 0 });
await table.close();
process.stdout.write('done');
