import { type AddressInfo, createServer } from 'node:net';
import { mergedMetrics } from '@cfg/gateway';
import { type Address, formatAddress } from '../address.js';
import type { Door } from '../door.js';
import { openMetricsDoor } from '../metrics-door.js';
import type { ServerSettings } from '../options.js';
import { countForWorkers } from './shared-rate.js';
import { Workers } from './workers.js';

/** The time that a worker may take to close after its grace period, in milliseconds. */
const marginMs = 5_000;

/**
 * Serves by several processes that share the doors, until `stopped`. A worker that dies is replaced. Returns the
 * program's exit code: 1 where the workers did not start, who have said why.
 */
export async function serveByWorkers(settings: ServerSettings, stopped: Promise<void>): Promise<number> {
  const { workers: count, logger, graceMs, metrics: address, rateLimit, storeName } = settings;
  const doors = { grpc: await withPort(settings.grpc), http: await withPort(settings.http) };
  const workers = new Workers(doors, logger);
  let metrics: Door | undefined;
  if (rateLimit !== undefined && rateLimit.store === undefined) await countForWorkers();
  try {
    // Opened first: a port that is taken is told before anything else.
    metrics =
      address &&
      (await openMetricsDoor(
        mergedMetrics(() => workers.measure()),
        address,
      ));
    if (!(await workers.start(count))) return 1;
    if (metrics !== undefined) logger.info({ address: formatAddress(metrics.address) }, 'metrics door open');
    logger.info({ workers: count, store: storeName }, 'ready');
    await stopped;
    return 0;
  } finally {
    await workers.stop(graceMs + marginMs);
    await metrics?.drain();
  }
}

/** The address with a port: one that is free now, where the system is to choose. A worker that is replaced needs the same. */
async function withPort(address: Address): Promise<string> {
  if (address.port !== 0) return formatAddress(address);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return formatAddress({ host: address.host, port });
}
