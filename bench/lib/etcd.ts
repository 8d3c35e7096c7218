import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { RawDriver } from './raw-driver.js';

/** etcd as it comes, on this machine's disk. */
export interface Etcd {
  readonly version: string;
  readonly driver: RawDriver;
  stop(): void;
}

/** Starts etcd in the folder, with four connections to it; `undefined` where none is installed. */
export async function startEtcd(dir: string): Promise<Etcd | undefined> {
  const { stdout } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  const version = /etcd Version: (\S+)/.exec(stdout ?? '')?.[1];
  if (version === undefined) return undefined;
  const [client, peer] = [await freePort(), await freePort()];
  const urls = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`] as const;
  const args = [
    ...['--data-dir', dir, '--listen-client-urls', urls[0], '--advertise-client-urls', urls[0]],
    ...['--listen-peer-urls', urls[1], '--initial-advertise-peer-urls', urls[1]],
    ...['--initial-cluster', `default=${urls[1]}`, '--log-level', 'error'],
  ];
  const child = spawn('etcd', args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  for (;;) {
    await sleep(200);
    if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}`);
    const driver = await RawDriver.open(client).catch(() => undefined);
    if (driver === undefined) continue;
    return { version, driver, stop: () => void child.kill('SIGKILL') };
  }
}

/** An `etcdserverpb.PutRequest`. */
export function putRequest(key: string, value: Uint8Array): Uint8Array {
  const name = Buffer.from(key);
  return Buffer.concat([Buffer.from([0x0a, name.length]), name, Buffer.from([0x12, value.length]), value]);
}
