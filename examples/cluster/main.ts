// Three nodes of a cluster, and what becomes of a namespace when its node dies. Run it with `node main.ts`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, Node, type Ports } from './node.ts';

const began = Date.now();
const say = (text: string): void => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${text}`);

/** Tries until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await setTimeout(100);
}

/** The members of the ring, as the node sees it. */
async function ringOf(node: Node): Promise<string> {
  const { members } = await node.cluster();
  return members
    .filter(({ inRing }) => inRing)
    .map(({ id }) => id)
    .join();
}

async function ownerOf(node: Node, name: string): Promise<string | undefined> {
  const { namespaces } = await node.cluster();
  return namespaces.find(({ namespace }) => namespace === name)?.owner;
}

/** The message for somebody whose call fails. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const answer = await call.catch((error: Error) => error);
  if (answer instanceof Error) return answer.message;
  throw new Error('it should have failed');
}

const folder = mkdtempSync(join(tmpdir(), 'cfg-cluster-'));
const somePorts = async (): Promise<Ports> => ({ grpc: await freePort(), gossip: await freePort() });
const gossipOf = ({ gossip }: Ports): string => `127.0.0.1:${gossip}`;
const ports = { a: await somePorts(), b: await somePorts(), c: await somePorts() };
const nodes: Node[] = [];
const start = async (id: keyof typeof ports, join: readonly string[]): Promise<Node> => {
  const node = await Node.start(id, folder, ports[id], join);
  nodes.push(node);
  return node;
};

try {
  const a = await start('a', []);
  const b = await start('b', [gossipOf(ports.a)]);
  const c = await start('c', [gossipOf(ports.a)]);
  for (const node of nodes) await until(async () => (await ringOf(node)) === 'a,b,c');
  say('Three nodes are up, each with a SQLite file of its own. Over memberlist each has found a, b and c.');

  await b.claim('payments');
  let version = await c.set('payments', 'limit', 100);
  say(`b has claimed the namespace payments. Written through c, payments/limit is version ${version}.`);
  await a.claim('payments');
  version = await c.set('payments', 'limit', 200);
  say(`a has claimed it: it moved there with its history. Written through c again, it is version ${version}.`);
  for (const node of nodes) await until(async () => (await ownerOf(node, 'payments')) === 'a');
  say(`Asked through b, payments/limit is ${await b.get('payments', 'limit')}. Every ring says that payments is at a.`);

  await a.kill();
  say('a is killed, without a goodbye.');
  await until(async () => (await ringOf(b)) === 'b,c' && (await ringOf(c)) === 'b,c');
  say('b and c have noticed: a is not in their rings any more. Nobody took over: only a may write what a holds.');
  say(`A write through c: "${await refusal(c.set('payments', 'limit', 300))}"`);
  version = await c.set('orders', 'limit', 1);
  say(`Other namespaces go on: orders/limit, written through c, is version ${version}.`);

  await b.claim('payments');
  say(`An operator takes over: b has claimed payments. It goes on from its copy: ${await c.get('payments', 'limit')}.`);
  version = await c.set('payments', 'limit', 300);
  say(`Written through c, payments/limit is 300 and version ${version}.`);

  const again = await start('a', [gossipOf(ports.b)]);
  await until(async () => (await again.get('payments', 'limit')) === 300);
  say('a is back. It has learned that payments is at b, gave way, and answers with what b has: 300.');
} finally {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(folder, { recursive: true });
}
say('All nodes have said goodbye.');
