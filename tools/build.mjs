// npm run build: sets the clone up and builds every project.
import { setUp } from './lib/setup.mjs';

await setUp();
