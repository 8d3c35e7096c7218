// Feature flags that change while the program runs. Start a server with `npm start`, then `node main.ts`.
import { connect } from '@cfg/client';
import { CfgProvider } from '@cfg/openfeature';
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';

const config = await connect({
  namespace: 'example',
  address: process.env.CFG_ADDRESS ?? '127.0.0.1:9090',
  server: { insecure: true },
});
await OpenFeature.setProviderAndWait(new CfgProvider(config));
const flags = OpenFeature.getClient();

const people = [
  { targetingKey: 'ann', country: 'DE' },
  { targetingKey: 'bob', country: 'US' },
  { targetingKey: 'eve', country: 'US' },
];

async function print(): Promise<void> {
  const parts = people.map(async (person) => {
    const { value, reason } = await flags.getBooleanDetails('new-checkout', false, person);
    return `${person.targetingKey} ${value ? 'on' : 'off'} (${reason})`;
  });
  console.log((await Promise.all(parts)).join(', '));
}

// Of this flag alone; of a provider that was away, all that are others now come at once.
flags.addHandler(ProviderEvents.ConfigurationChanged, async (event) => {
  if (event?.flagsChanged?.includes('new-checkout')) await print();
});
flags.addHandler(ProviderEvents.Stale, () => console.log('the server is away: the flags stay as they are'));
flags.addHandler(ProviderEvents.Ready, () => console.log('ready'));
await print();

process.once('SIGTERM', async () => {
  await OpenFeature.close();
  await config.close();
});
