// A program: serves the notes on a free port, which it tells its parent, and then its memory as often as it is asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '../index.js';
import { NotesDefinition } from './definitions.js';
import { echo } from './notes.js';

const server = createServer();
server.add(NotesDefinition, {
  ...echo,
  many: async function* (note) {
    for (;;) {
      yield note;
      await sleep(100);
    }
  },
});
const port = await server.listen('127.0.0.1:0');
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage().rss, metrics: server.metrics() }));
process.send?.({ port });
