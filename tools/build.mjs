// npm run build: sets the clone up and builds every project.
import { build, install } from './lib/setup.mjs';

await install();
await build();
