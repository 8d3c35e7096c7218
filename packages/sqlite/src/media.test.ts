import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkSqlite, SqliteStore } from './index.js';
import { json, openStore } from './test/scratch.js';

/** A small disk in memory, which can be made larger and read-only. */
class SmallDisk {
  readonly path: string = mkdtempSync(join(tmpdir(), 'cfg-sqlite-disk-'));

  constructor(size: string) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.path]);
    onTestFinished(() => {
      execFileSync('umount', ['-l', this.path]);
      rmSync(this.path, { recursive: true });
    });
  }

  remount(options: string): void {
    execFileSync('mount', ['-o', `remount,${options}`, this.path]);
  }
}

/** Mounting takes root, and not every container lets it. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const path = mkdtempSync(join(tmpdir(), 'cfg-sqlite-disk-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]).status === 0;
  if (isMounted) spawnSync('umount', [path]);
  rmSync(path, { recursive: true });
  return isMounted;
}

const large = { bytes: new Uint8Array(20_000).fill(65), codec: 'raw', type: 'custom' as const };

describe.runIf(canMount())('a disk of its own (needs Linux, and to be root)', () => {
  it('that gets full: writes fail, reads and others that open it go on, and so do writes when there is room', async () => {
    const disk = new SmallDisk('3m');
    const file = join(disk.path, 'config.db');
    const store = await openStore(file);
    let written = 0;
    let failure: unknown;
    while (failure === undefined) {
      await store.set('a', `k${written}`, large).then(
        () => {
          written += 1;
        },
        (error: unknown) => {
          failure = error;
        },
      );
    }
    const full = { code: 'unavailable', message: expect.stringMatching(/the disk is full/) };
    expect(failure).toMatchObject(full);
    expect(await store.health()).toEqual({ ok: false, message: expect.stringMatching(/the disk is full/) });
    expect((await store.find('a')).entries).toHaveLength(written);
    expect((await (await openStore(file)).get('a', 'k0')).version).toBe(1);

    disk.remount('size=12m');
    expect(await store.health()).toEqual({ ok: true });
    expect((await store.set('a', 'more', large)).revision).toBe(written + 1);
    checkSqlite(file);
  });

  it('that is full or read-only at the start: says so, and is taken when it is not', async () => {
    const disk = new SmallDisk('1m');
    const ballast = join(disk.path, 'ballast');
    try {
      writeFileSync(ballast, new Uint8Array(2_000_000));
    } catch {
      // Full.
    }
    const file = join(disk.path, 'config.db');
    const store = new SqliteStore(file);
    onTestFinished(() => store.close());
    await expect(store.connect()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/full/),
    });
    rmSync(ballast);
    disk.remount('ro');
    await expect(store.connect()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/EROFS: read-only file system/),
    });
    disk.remount('rw');
    await store.connect();
    expect((await store.set('a', 'x', json(1))).revision).toBe(1);
  });
});
