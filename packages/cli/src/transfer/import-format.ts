/** The formats that `cfg import` reads. */
export const importFormats = ['ndjson', 'yaml', 'json', 'env', 'consul', 'etcd', 'apollo', 'spring', 'nacos'] as const;

export type ImportFormat = (typeof importFormats)[number];

/** The format that the ending of a file's name says; `undefined` if none. */
export function formatOfName(file: string): ImportFormat | undefined {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.replace('yml', 'yaml');
  return importFormats.find((each) => each === ending);
}
