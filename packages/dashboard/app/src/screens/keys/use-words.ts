import { useQuery } from '@tanstack/react-query';
import { toText } from '../../api/bytes.ts';
import { listEntries } from '../../api/calls.ts';
import { currentIndex } from '../../index/current.ts';
import { languageOf } from '../../value/language.ts';
import { memberNames } from '../../value/tools.ts';

const siblings = 30;
const maxWords = 2_000;

/** The completions while a key is edited: members that its neighbours' values have, and names of keys. */
export function useWords(namespace: string, key: string): readonly string[] {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const { data = [] } = useQuery({
    queryKey: ['words', namespace, folder],
    queryFn: async ({ signal }) => {
      const { entries } = await listEntries(namespace, { prefix: folder, limit: siblings }, { signal });
      const readable = entries.filter(({ secret, masked, value }) => !secret && !masked && value.length < 100_000);
      const values = readable.map(({ value, codec }) => ({ language: languageOf(codec), text: toText(value) ?? '' }));
      return memberNames(values);
    },
    staleTime: 60_000,
  });
  const keys = currentIndex.get()?.shown.get().infos.slice(0, maxWords) ?? [];
  return [...data, ...keys.map((info) => info.key)];
}
