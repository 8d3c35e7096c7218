import { type Document, isScalar, parseDocument, stringify, visit } from 'yaml';
import { type Codec, decodeText, encodeText, invalidValue } from './codec.js';

/** How often one anchor's content may be repeated, counted through nested aliases. */
const maxExpansion = 100;
/** How many aliases a document may have: resolving one costs a walk over all anchors. */
const maxAliases = 1_000;
/** How many pairs merge keys may copy: merges times the pairs of the document, which no merged map exceeds. */
const maxMerged = 500_000;

/** One YAML 1.2 document, with merge keys (`<<`) as the Go original has them; alias expansion is bounded. */
export function yamlCodec(): Codec {
  return { name: 'yaml', encode, decode };
}

function encode(data: unknown): Uint8Array {
  if (data === undefined || typeof data === 'function' || typeof data === 'symbol') {
    throw invalidValue(`${typeof data} cannot be written as yaml`);
  }
  try {
    return encodeText(stringify(data));
  } catch (error) {
    throw invalidValue(`cannot be written as yaml (${error instanceof Error ? error.name : 'error'})`);
  }
}

function decode(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  let data: unknown;
  try {
    // The library compares each new key of a map with all keys before it; `check` does it in one pass. Its tags for
    // sets, binary and ordered maps are left out, so that decoded data is plain. `error` keeps it from printing.
    const document = parseDocument(text, {
      uniqueKeys: false,
      merge: true,
      resolveKnownTags: false,
      logLevel: 'error',
    });
    const fault = document.errors[0];
    if (fault) {
      const position = fault.linePos?.[0];
      throw invalidValue(`not valid yaml (${fault.code})`, position?.line, position?.col);
    }
    check(document);
    data = document.toJS({ maxAliasCount: maxExpansion });
  } catch (error) {
    if (error instanceof RangeError) throw invalidValue('yaml is nested too deeply');
    if (error instanceof ReferenceError) throw invalidValue('yaml has an alias without an anchor, or too many aliases');
    throw error;
  }
  return data;
}

/** Refuses repeated keys, too many aliases or merges, and an alias within its own anchor. */
function check(document: Document.Parsed): void {
  let aliases = 0;
  let merges = 0;
  let pairs = 0;
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        pairs += 1;
        // The library reads a merge key as a symbol.
        if (typeof name === 'symbol') {
          merges += 1;
          continue;
        }
        if (seen.has(name)) throw invalidValue('yaml has the same key twice in a map');
        seen.add(name);
      }
    },
    Alias(_, alias, path) {
      aliases += 1;
      if (aliases > maxAliases) throw invalidValue(`yaml has more than ${maxAliases} aliases`);
      if (path.some((node) => 'anchor' in node && node.anchor === alias.source)) {
        throw invalidValue('yaml has an alias within its own anchor');
      }
    },
  });
  if (merges * pairs > maxMerged) throw invalidValue('yaml merges too many keys');
}
