import { defaultCodecs, Entry, Value } from '@cfg/core';
import { alternate, line, plain, title } from './lib/report.js';

/* How long a value holds the event loop: the worst that are known, at every size up to 1 MiB, and what a Set looks at. */

const codecs = defaultCodecs();
const mb = 1024 * 1024;
const numbered = (size: number, length: number, part: (index: number) => string): string =>
  Array.from({ length: Math.floor(size / length) }, (_, i) => part(i)).join('');

/** Texts of about `size` bytes that have given some parser the most to do. */
const shapes: Record<string, Record<string, (size: number) => string>> = {
  json: {
    lists: (size) => `[${'[],'.repeat(size / 3)}[]]`,
    members: (size) => `{${numbered(size, 12, (i) => `"k${i}":${i},`)}"z":1}`,
    'objects, each different': (size) => `[${numbered(size, 13, (i) => `{"k${i}":1},`)}1]`,
    'numbers, one of them wide': (size) => `[${'1,'.repeat(size / 2)}9007199254740993]`,
    'brackets that stay open': (size) => '['.repeat(size),
  },
  yaml: {
    'a mapping': (size) => numbered(size, 12, (i) => `k${i}: ${i}\n`),
    'a set in flow style': (size) => `{${numbered(size, 8, (i) => `k${i},`)}}`,
    'mappings, each different': (size) => numbered(size, 12, (i) => `- k${i}: b\n`),
    anchors: (size) => numbered(size, 12, (i) => `- &a${i} x\n`),
    'anchors of nothing': (size) => '&a '.repeat(size / 3),
    merges: (size) => `- &a {${numbered(3_600, 12, (i) => `k${i}: 1,`)}}\n${'- {<<: *a}\n'.repeat(size / 11)}`,
    'a list with a bracket in the first column': (size) => `a: [\n${'b,\n'.repeat(size / 3)}]\n`,
    documents: (size) => '--- a\n'.repeat(size / 6),
    'a long text': (size) => `|\n${' some words\n'.repeat(size / 12)}`,
  },
  toml: {
    'a table': (size) => numbered(size, 12, (i) => `k${i}=${i}\n`),
    tables: (size) => numbered(size, 10, (i) => `[t${i}]\n`),
    'deep tables': (size) => numbered(size, 900, (i) => `[t${i}.${'a.'.repeat(440)}b]\n`),
    dates: (size) => `a=[${'1979-05-27,'.repeat(size / 11)}]`,
    'numbers with exponents': (size) => `a=[${'1e5,'.repeat(size / 4)}]`,
    'a long number': (size) => `a=${'1'.repeat(size)}`,
  },
};

/** In milliseconds of the thread's own time, which others on the machine do not lengthen as much. */
function busy(work: () => unknown): number {
  const before = process.threadCpuUsage();
  try {
    work();
  } catch {
    // Refused, which takes its time too.
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

title('Longest turn of a value up to 1 MiB, door and reader');
for (const [codec, texts] of Object.entries(shapes)) {
  for (const [what, text] of Object.entries(texts)) {
    let worst = 0;
    for (const size of [mb / 32, mb / 16, mb / 8, mb / 4, mb / 3, mb / 2, (mb * 2) / 3, mb - 4_096]) {
      const bytes = Buffer.from(text(size));
      const times = { createdAtMs: 0, updatedAtMs: 0 };
      const entry = new Entry({ namespace: 'n', key: 'k', bytes, codec, type: 'custom', version: 1, ...times });
      const turns = [() => codecs.inspect(bytes, codec), () => Value.fromEntry(entry).data];
      worst = Math.max(worst, ...turns.map(busy));
    }
    plain(`${codec}: ${what}`, worst, 'ms', '<= 100', worst <= 100);
  }
}

title('What a Set looks at', ['inspect', 'parse']);
for (const text of ['30', '{"a":1,"b":[1,2,3],"c":{"d":"e"}}', JSON.stringify(Array(20).fill({ id: 1, name: 'n' }))]) {
  const bytes = Buffer.from(text);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const rate = async (work: () => unknown): Promise<number> => {
    const calls = 50_000;
    return (calls * 1_000) / busy(() => Array.from({ length: calls }, work));
  };
  const measured = await alternate(
    () => rate(() => codecs.inspect(bytes, 'json')),
    () => rate(() => JSON.parse(decoder.decode(bytes))),
  );
  line(`json of ${bytes.length} bytes`, 'call/s', measured);
}
