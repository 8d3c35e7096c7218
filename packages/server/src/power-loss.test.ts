import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteStore } from '@cfg/client';
import { SqliteStore } from '@cfg/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Acknowledged, LoggedChanges, write } from './test/acknowledged.js';
import { anyPorts, Program } from './test/program.js';
import { TempDir } from './test/temp-dir.js';

/*
 * The real program on a disk that forgets whatever was not synced (test/power-loss.c), killed at random moments while many
 * write. CFG_CRASH_ROUNDS as in crash.test.ts.
 */
const rounds = Math.ceil(Number(process.env.CFG_CRASH_ROUNDS ?? 20) / 10);

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
const canForget = process.platform === 'linux' && compiler !== undefined;

/** A SQLite file on such a disk. */
class ForgetfulDisk {
  readonly file: string;
  readonly #library: string;

  constructor() {
    const dir = new TempDir();
    onTestFinished(() => dir[Symbol.dispose]());
    this.file = dir.file('config.db');
    this.#library = dir.file('power-loss.so');
    const source = join(import.meta.dirname, 'test/power-loss.c');
    const { status, stderr } = spawnSync(compiler ?? '', ['-shared', '-fPIC', '-o', this.#library, source, '-ldl']);
    if (status !== 0) expect.fail(String(stderr));
  }

  /** Starts the program, and a client of it. */
  async serving(...args: string[]): Promise<{ program: Program; remote: RemoteStore }> {
    const store = ['--store', `sqlite:${this.file}`, '--log-limit', '1000000'];
    const program = await Program.serving([...anyPorts, ...store, ...args], { LD_PRELOAD: this.#library });
    const remote = new RemoteStore(await program.grpcAddress(), { insecure: true, retry: { maxRetries: 0 } });
    onTestFinished(() => remote.close());
    await remote.connect();
    return { program, remote };
  }

  /** How often the write-ahead log was synced since the last power loss. */
  get syncs(): number {
    const file = `${this.file}-wal.syncs`;
    return existsSync(file) ? readFileSync(file).length : 0;
  }

  /** After the process was killed: leaves what was synced, opens it, and does `work` on it. */
  async losePower(work: (store: SqliteStore) => Promise<void>): Promise<void> {
    for (const file of [this.file, `${this.file}-wal`]) {
      rmSync(file, { force: true });
      if (existsSync(`${file}.disk`)) copyFileSync(`${file}.disk`, file);
    }
    for (const gone of ['-shm', '-wal.disk', '-wal.syncs']) rmSync(this.file + gone, { force: true });
    const store = new SqliteStore(this.file);
    await store.connect();
    await work(store);
    await store.close();
    copyFileSync(this.file, `${this.file}.disk`);
  }
}

describe.runIf(canForget)('a power loss (needs Linux and a C compiler)', () => {
  it(`takes nothing that was acknowledged (${rounds} times)`, { timeout: 60_000 + rounds * 30_000 }, async () => {
    const disk = new ForgetfulDisk();
    const acknowledged = new Acknowledged();
    const log = new LoggedChanges();
    for (let round = 0; round < rounds; round += 1) {
      const { program, remote } = await disk.serving();
      const writers = Array.from({ length: 8 }, (_, index) => write(remote, `w${index}`, acknowledged));
      await sleep(20 + Math.random() * 200);
      program.signal('SIGKILL');
      await program.exited;
      await Promise.all(writers);
      await disk.losePower((store) => log.add(store));
    }
    expect(acknowledged.expectIn(log.lines)).toBeGreaterThan(rounds);
  });

  it('finds each write synced before its answer: as many syncs of the log as answers, and one for many at once', async () => {
    const disk = new ForgetfulDisk();
    const { program, remote } = await disk.serving('--search-index', 'off');
    const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' as const };
    for (let n = 1; n <= 20; n += 1) {
      const before = disk.syncs;
      await remote.set('crash', 'one', value);
      expect(disk.syncs).toBeGreaterThan(before);
    }
    const before = disk.syncs;
    await Promise.all(Array.from({ length: 400 }, (_, n) => remote.set('crash', `k${n}`, value)));
    expect(disk.syncs - before).toBeLessThan(400);
    program.signal('SIGKILL');
    await program.exited;
    await disk.losePower(async (store) => expect((await store.revision()).revision).toBe(420));
  });

  it('takes the last writes where durability is relaxed: this disk does forget', async () => {
    const disk = new ForgetfulDisk();
    const { program, remote } = await disk.serving('--durability', 'relaxed');
    const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' as const };
    for (let n = 1; n <= 20; n += 1) await remote.set('crash', 'one', value);
    program.signal('SIGKILL');
    await program.exited;
    await disk.losePower(async (store) => expect((await store.revision()).revision).toBeLessThan(20));
  });
});
