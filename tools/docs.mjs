// npm run docs: sets the clone up and builds the documentation site into docs/.vitepress/dist.
import docs from './checks/docs.mjs';
import { setUp } from './lib/setup.mjs';

await setUp();
const complaints = await docs();
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.log('docs/.vitepress/dist');
