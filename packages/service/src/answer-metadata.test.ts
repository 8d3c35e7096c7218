import { Metadata } from 'nice-grpc-common';
import { expect, it } from 'vitest';
import { AnswerMetadata } from './answer-metadata.js';

type Write = (metadata: Metadata) => unknown;

const writes: readonly Write[] = [
  (metadata) => metadata.set('cfg-features', 'a'),
  (metadata) => metadata.set('cfg-features', 'b'),
  (metadata) => metadata.set('Cfg-Features', 'b'),
  (metadata) => metadata.set('cfg-features', ['a', 'b']),
  (metadata) => metadata.set('cfg-features', []),
  (metadata) => metadata.set('retry-after', '3'),
  (metadata) => metadata.set('not a key', 'a'),
  (metadata) => metadata.set('retry-after', 'ü'),
  (metadata) => metadata.append('cfg-features', 'c'),
  (metadata) => metadata.delete('CFG-features'),
];

/** The results of writes, and the writes that are refused. */
function outcome(metadata: Metadata, steps: readonly Write[]): object {
  const refused = steps.map((write) => {
    try {
      write(metadata);
      return false;
    } catch {
      return true;
    }
  });
  const names = ['cfg-features', 'CFG-FEATURES', 'retry-after'];
  const looked = names.map((name) => [metadata.get(name), metadata.has(name)]);
  return { refused, looked, all: metadata.getAll('cfg-features'), entries: [...metadata] };
}

it('is what the metadata of nice-grpc are, after any three writes', () => {
  for (const first of writes) {
    for (const second of writes) {
      for (const third of writes) {
        const steps = [first, second, third];
        expect(outcome(new AnswerMetadata(), steps)).toEqual(outcome(Metadata(), steps));
      }
    }
  }
});
