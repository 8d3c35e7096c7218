// Typed settings that change while the program runs. Start a server with `npm start`, then `node main.ts`.
import { connect, Secret } from '@cfg/client';
import { z } from 'zod';

const MailSettings = z.object({
  url: z.string().default('smtp://localhost'),
  password: z.instanceof(Secret).optional(),
  perMinute: z.number().int().positive().default(60),
  footer: z
    .object({ text: z.string().default(''), html: z.boolean().default(false) })
    .default({ text: '', html: false }),
});

// The region's values win over those that all share; `${key}` in a value stands for another key.
await using config = await connect({
  namespace: [process.env.REGION ?? 'eu', 'shared'],
  address: process.env.CFG_ADDRESS ?? '127.0.0.1:9090',
  server: { insecure: true },
  references: true,
  bootstrap: { shared: { 'mail/perMinute': 10 } }, // until the server, or the cache file, says otherwise
});

using mail = await config.live('mail', MailSettings);
console.log(`from ${mail.status.source}: ${mail.current.url}, ${mail.current.perMinute} a minute`);

mail.on('change', ({ current, changed }) => {
  console.log(`changed: ${[...changed].sort().join(', ')}`);
  if (changed.has('perMinute')) console.log(`now ${current.perMinute} a minute`);
});
mail.on('invalid', ({ error }) => console.log(`refused: ${error.message}`));

// A secret does not show, whoever prints it.
const { password } = mail.current;
console.log(`password ${password}, of ${password?.reveal().length ?? 0} characters`);

// Which layer has a key, and what it hides.
const why = await config.explain('mail/perMinute');
console.log(why ? `perMinute is from ${why.namespace}, version ${why.value.version}` : 'perMinute is a default');

// Waits until somebody says that it is enough.
await mail.when(({ footer }) => footer.text === 'bye');
