// A program: attacks the server at a port with one of the attacks, again and again, until it is killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { attacks } from './hostile-peers.js';
import type { RawClient } from './raw-client.js';

const [port, name] = process.argv.slice(2);
const attack = attacks.find((each) => each.name === name);
if (attack === undefined) throw new Error(`no attack is called ${name}`);
// Of those that the server puts up with, a thousand connections that say nothing, or a few that ask for much.
const atOnce = attack.cut ? 2 : attack.name === 'a connection that says nothing' ? 1_000 : 3;
const open: RawClient[] = [];
for (;;) {
  while (open.length < atOnce) open.push(await attack.run(Number(port)));
  process.send?.({ attacking: true });
  if (!attack.cut) await sleep(600_000);
  await Promise.all(open.splice(0).map((client) => client.closed()));
  // A client that comes back at once would be kept out by a firewall.
  await sleep(50);
}
