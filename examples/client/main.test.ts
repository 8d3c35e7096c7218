import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startServer } from '@cfg/server';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('reads, writes and follows', async () => {
  const server = await startServer({ store: 'memory', grpc: '127.0.0.1:0', http: '127.0.0.1:0' });
  const env = { ...process.env, CFG_ADDRESS: server.grpcAddress };
  const main = (): Promise<{ stdout: string }> => run(process.execPath, ['main.ts'], { cwd: import.meta.dirname, env });
  try {
    const first = await main();
    expect(first.stdout.trim().split('\n')).toEqual(['timeout 30 (version 1)', 'this app leads', 'set app/timeout 60']);
    const second = await main();
    expect(second.stdout).toContain('timeout 30 (version 4)\nanother app leads\n');
  } finally {
    await server.close();
  }
});
