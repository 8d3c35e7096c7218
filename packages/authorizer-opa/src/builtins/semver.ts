import { type Builtins, stringAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';

/** SemVer 2.0.0; a `v` in front is fine, as in OPA. */
const pattern =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-z-][\da-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*))*))?(?:\+[\da-z-]+(?:\.[\da-z-]+)*)?$/i;

interface Version {
  readonly numbers: readonly bigint[];
  /** The identifiers of a pre-release; none for a release. */
  readonly pre: readonly string[];
}

export const semverBuiltins: Builtins = {
  'semver.is_valid': ([text]) => typeof text === 'string' && parse(text) !== undefined,
  'semver.compare': (args) => BigInt(compare(versionOf(stringAt(args, 0)), versionOf(stringAt(args, 1)))),
};

function versionOf(text: string): Version {
  const version = parse(text);
  if (version === undefined) throw new BuiltinError(`string ${JSON.stringify(text)} is not a valid SemVer`);
  return version;
}

function parse(text: string): Version | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1, 4).map(BigInt);
  if (numbers.some((number) => number >= 2n ** 63n)) return undefined;
  return { numbers, pre: match[4]?.split('.') ?? [] };
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length);
  for (const [index, identifier] of a.pre.entries()) {
    const other = b.pre[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.pre.length === b.pre.length ? 0 : -1;
}

/** Numbers by their value, and before words; words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (a === b) return 0;
  return (aIsNumber ? BigInt(a) < BigInt(b) : a < b) ? -1 : 1;
}
