import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { RemoteStore } from '@cfg/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { grpcDoors } from './grpc-door.js';
import { selfSigned } from './self-signed.js';
import { startServer } from './server.js';
import { TempDir } from './test/temp-dir.js';

const pem = (name: string): string => fileURLToPath(new URL(`test/tls/${name}.pem`, import.meta.url));
const anyPorts = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

/** A connection to a door, whoever vouches for its certificate. */
async function connected(address: string, protocol: string): Promise<TLSSocket> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: [protocol] });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve as () => void).once('error', reject));
  return socket;
}

async function fingerprintOf(address: string, protocol: string): Promise<string> {
  const socket = await connected(address, protocol);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe.each(grpcDoors)('certificates, at the %s door', (grpcDoor) => {
  it('are read again when their files change, and nobody is disconnected', async () => {
    using dir = new TempDir();
    const [tlsCert, tlsKey] = [join(dir.path, 'cert.pem'), join(dir.path, 'key.pem')];
    copyFileSync(pem('server'), tlsCert);
    copyFileSync(pem('server.key'), tlsKey);
    const logged: string[] = [];
    const note = (_fields: object, text: string) => void logged.push(text);
    const logger = { debug: () => {}, info: note, warn: note, error: note };
    await using server = await startServer({ ...anyPorts, grpcDoor, tlsCert, tlsKey, logger, graceMs: 0 });
    const doors: readonly (readonly [string, string])[] = [
      [server.grpcAddress, 'h2'],
      [server.httpAddress, 'http/1.1'],
    ];
    const before = await fingerprintOf(server.grpcAddress, 'h2');
    const open = await Promise.all(doors.map((door) => connected(...door)));
    const replace = (file: string, bytes: Buffer): void => {
      writeFileSync(`${file}.new`, bytes);
      renameSync(`${file}.new`, file);
    };
    const until = async (text: string): Promise<void> => {
      while (!logged.includes(text)) await sleep(20);
    };
    replace(tlsCert, Buffer.from('no certificate'));
    await until('the new certificates cannot be used; the old ones stay in force');
    for (const door of doors) expect(await fingerprintOf(...door)).toBe(before);
    const { cert, key, fingerprint256 } = await selfSigned([]);
    replace(tlsCert, cert);
    replace(tlsKey, key);
    await until('new certificates are in force');
    for (const door of doors) expect(await fingerprintOf(...door)).toBe(fingerprint256);
    for (const socket of open) expect(socket.destroyed).toBe(false);
  });

  it('may be made at the start, which says so', async () => {
    const logged: object[] = [];
    const warn = (fields: object) => void logged.push(fields);
    const logger = { debug: () => {}, info: () => {}, error: () => {}, warn };
    await using server = await startServer({ ...anyPorts, grpcDoor, tls: 'self-signed', logger });
    const fingerprint256 = await fingerprintOf(server.grpcAddress, 'h2');
    expect(await fingerprintOf(server.httpAddress, 'http/1.1')).toBe(fingerprint256);
    expect(logged).toContainEqual({ fingerprint256 });
    // By which clients of ours trust it.
    await using store = new RemoteStore(server.grpcAddress, { tls: { fingerprint256 } });
    await store.connect();
    await store.set('ns', 'key', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
    const other = fingerprint256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await using wrong = new RemoteStore(server.grpcAddress, { tls: { fingerprint256: other }, connectTimeoutMs: 300 });
    await expect(wrong.connect()).rejects.toThrow(`its fingerprint is ${fingerprint256}`);
  });

  it('are not shown over old TLS', async () => {
    const tls = { tlsCert: pem('server'), tlsKey: pem('server.key') };
    await using server = await startServer({ ...anyPorts, grpcDoor, ...tls });
    for (const address of [server.grpcAddress, server.httpAddress]) {
      const [host, port] = address.split(':');
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      const socket = connect({ host, port: Number(port), ca: readFileSync(pem('ca')), ...old });
      const ended = await new Promise((resolve) => {
        socket.once('error', () => resolve('refused')).once('secureConnect', () => resolve('taken'));
      });
      expect(ended).toBe('refused');
    }
  });
});
