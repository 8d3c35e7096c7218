import { Client } from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Listener } from './listener.js';
import { newPrefix, rowsOf, sharedUrl } from './test/scratch.js';
import { TcpProxy } from './test/tcp-proxy.js';

it('notices that the network says nothing any more, and hears again when it does', async () => {
  await using proxy = await TcpProxy.open(sharedUrl());
  const channel = `${newPrefix()}changes`;
  const onWake = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const connectionString = proxy.urlOf(sharedUrl());
  const listener = new Listener({
    newClient: () => new Client({ connectionString, query_timeout: 1_000, connectionTimeoutMillis: 1_000 }),
    channel,
    origin: 'us',
    onWake,
    probeMs: 50,
    logger,
  });
  onTestFinished(() => listener.close());
  const heard = (): Promise<void> => vi.waitFor(() => expect(onWake).toHaveBeenCalled(), { timeout: 60_000 });
  const tell = async (payload: string): Promise<void> => void (await rowsOf(`NOTIFY ${channel}, '${payload}'`));
  await heard();
  onWake.mockClear();
  await tell('others');
  await heard();

  proxy.stall(true);
  await vi.waitFor(() => expect(logger.warn).toHaveBeenCalledOnce(), { timeout: 60_000 });
  onWake.mockClear();
  await tell('others');
  proxy.stall(false);
  // Nobody heard what was told meanwhile, so it wakes by itself as soon as it listens again.
  await vi.waitFor(() => expect(logger.info).toHaveBeenCalledOnce(), { timeout: 60_000 });
  await heard();
  onWake.mockClear();
  await tell('us');
  await tell('others');
  await heard();
  expect(onWake).toHaveBeenCalledOnce();
});
