import { startServer } from './lib/child.js';
import { HttpDriver } from './lib/http.js';
import { alternate, line, title } from './lib/report.js';

/* The REST door in process beside bare express that sends the same JSON; the same driver, by turns, medians. */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const path = '/v1/namespaces/production/keys/app/timeout';

const ours = await startServer('ours-http');
const bare = await startServer('bare-http');
const drivers = { ours: new HttpDriver(ours.port), bare: new HttpDriver(bare.port) };
const [mine, theirs] = [JSON.parse(await drivers.ours.get(path)), JSON.parse(await drivers.bare.get(path))];
const fields = ({ entry }: { entry: object }): string => Object.keys(entry).sort().join();
if (fields(mine) !== fields(theirs)) throw new Error(`not the same JSON: ${fields(mine)} and ${fields(theirs)}`);
title('REST, memory store, gateway in process, beside bare express');
line(
  'GET of one key',
  'call/s',
  await alternate(
    () => drivers.ours.rate(path, ms),
    () => drivers.bare.rate(path, ms),
  ),
  0.9,
);
for (const driver of [drivers.ours, drivers.bare]) driver.close();
ours.stop();
bare.stop();

const [node, bareNode] = [await startServer('ours-node'), await startServer('bare-node')];
const onNode = { ours: new HttpDriver(node.port), bare: new HttpDriver(bareNode.port) };
title('REST, memory store, gateway in process on node:http alone, beside a bare handler');
line(
  'GET of one key',
  'call/s',
  await alternate(
    () => onNode.ours.rate(path, ms),
    () => onNode.bare.rate(path, ms),
  ),
  0.75,
);
for (const driver of [onNode.ours, onNode.bare]) driver.close();
node.stop();
bareNode.stop();
