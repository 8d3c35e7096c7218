import type { CallContext, ServiceImplementation } from 'nice-grpc';
import type { Note, NotesDefinition } from './definitions.js';

type Notes = ServiceImplementation<NotesDefinition>;

/** Answers each note with the same, each kind of method in its way. */
export const echo: Notes = {
  one: async (note) => note,
  many: async function* ({ text, count = 1 }: Note) {
    for (let i = 0; i < count; i += 1) yield { text, count: i };
  },
  collect: async (notes) => {
    let count = 0;
    let text = '';
    for await (const note of notes) {
      count += 1;
      text += note.text;
    }
    return { text, count };
  },
  chat: async function* (notes: AsyncIterable<Note>) {
    for await (const { text } of notes) yield { text: `re: ${text}` };
  },
};

/** Resolves when the call is cancelled. */
export const cancelled = ({ signal }: CallContext): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
