import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Change } from '@cfg/core';
import { expect, it } from 'vitest';
import { dataOf, json, openStore, scratchPath } from './test/scratch.js';

const run = promisify(execFile);
const program = (name: string): string => join(import.meta.dirname, '../dist/test', `${name}.js`);

it('lets processes write to one file at once: nothing is lost, and each sees all in order', async () => {
  const path = scratchPath();
  const times = 100;
  const names = ['one', 'two', 'three'];
  const store = await openStore(path, { pollIntervalMs: 20 });
  await store.set('shared', 'counter', json(0));
  const live = store.watch();
  const children = names.map((name) => run(process.execPath, [program('count-process'), path, name, String(times)]));

  const total = 3 * names.length * times;
  const seen: Change[] = [];
  while (seen.length < total) {
    const { value } = await live.next();
    if (value?.type !== 'progress') seen.push(value as Change);
  }
  live.close();
  await Promise.all(children);

  expect(seen.map((change) => change.revision)).toEqual(Array.from({ length: total }, (_, n) => n + 2));
  const counts = seen.filter(({ entry }) => entry.key === 'counter');
  expect(counts.map(({ entry }) => dataOf(entry))).toEqual(counts.map((_, n) => n + 1));
  expect(counts.map(({ entry }) => entry.version)).toEqual(counts.map((_, n) => n + 2));
  expect(dataOf(await store.get('shared', 'counter'))).toBe(names.length * times);
  for (const name of names) expect((await store.find(name)).entries).toHaveLength(times);
  expect((await store.stats()).namespaces).toEqual(
    new Map(Object.entries({ one: 100, shared: 2, three: 100, two: 100 })),
  );
});

it('is made once, whoever opens it first', async () => {
  const path = scratchPath();
  const children = Array.from({ length: 4 }, () => run(process.execPath, [program('connect-process'), path]));
  for (const { stdout } of await Promise.all(children)) expect(stdout).toBe('connected\n');
});

it('says so when no more can be written, goes on reading, and keeps what it answered', async () => {
  const path = scratchPath();
  // The limit on the size of a file stands for the end of the disk.
  const limited = `ulimit -f 2048 && exec "${process.execPath}" "${program('fill-process')}" "${path}"`;
  const { stdout } = await run('/bin/sh', ['-c', limited]);
  const told = JSON.parse(stdout) as { written: number };
  const { written } = told;
  expect(written).toBeGreaterThan(10);
  expect(told).toEqual({ written, failure: 'unavailable', found: written, revision: written });

  const store = await openStore(path);
  expect((await store.revision()).revision).toBe(written);
  expect((await store.set('a', 'more', json(1))).revision).toBe(written + 1);
});

it('goes on by itself when there is room again', async () => {
  const path = scratchPath();
  const limited = `ulimit -S -f 2048 && exec "${process.execPath}" "${program('room-process')}" "${path}"`;
  const child = spawn('/bin/sh', ['-c', limited], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('full')) await run('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
  }
  const [full, written] = lines;
  expect(full).toMatch(/^full/);
  expect(written).toMatch(/^written \d+ true$/);
  const store = await openStore(path);
  expect((await store.revision()).revision).toBe(Number(written?.split(' ')[1]));
});
