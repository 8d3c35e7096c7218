import { defaultCodecs, Value } from '@cfg/core';
import { UsageError } from '../program/usage-error.js';
import { textOf } from '../values.js';
import { at, type Imported } from './imported.js';
import { unzip } from './zip.js';

/** The file about the others: of Nacos 2, and of Nacos 1, which has nothing of use here. */
const metadataFile = '.metadata.yml';
const oldMetadataFile = '.meta.yml';

const codecs: Readonly<Record<string, string>> = { json: 'json', yaml: 'yaml', yml: 'yaml', toml: 'toml' };

/**
 * Reads the zip archive that Nacos exports: each file is one key, `GROUP/dataId`. It is kept byte for byte as YAML, JSON or
 * TOML where Nacos says so, or, if it says nothing, the ending of its name; any other is a text. Throws `UsageError` that
 * names the file.
 */
export async function readNacos(bytes: Uint8Array): Promise<readonly Imported[]> {
  const files = await unzip(bytes);
  const metadata = files.find(({ name }) => name === metadataFile);
  const types = at(metadataFile, () => (metadata === undefined ? new Map() : typesOf(metadata.bytes)));
  return files.flatMap(({ name, bytes: content }) => {
    if (name === metadataFile || name === oldMetadataFile) return [];
    if (!/^[^/]+\/[^/]+$/.test(name)) throw new UsageError(`${name}: is not GROUP/dataId`);
    const type = types.get(name) ?? /\.(\w+)$/.exec(name)?.[1] ?? '';
    const codec = Object.hasOwn(codecs, type) ? codecs[type] : undefined;
    const value = at(name, () => (codec ? Value.fromBytes(content, { codec }) : Value.of(textOf(content))));
    return { key: name, value };
  });
}

/** The types of files, by name. */
function typesOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const [document] = defaultCodecs().documents(bytes, 'yaml');
  const { metadata } = (document ?? {}) as { metadata?: unknown };
  if (!Array.isArray(metadata)) throw new UsageError('has no list of metadata');
  return new Map(
    metadata.flatMap((item: { group?: unknown; dataId?: unknown; type?: unknown } | null) => {
      const { group, dataId, type } = item ?? {};
      return typeof type === 'string' && type !== '' ? [[`${group}/${dataId}`, type] as const] : [];
    }),
  );
}
