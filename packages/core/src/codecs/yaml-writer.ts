import {
  DEFAULT_SCALAR_STYLE_RULES,
  DUMP_SCHEMA,
  dump,
  floatYaml11Tag,
  intYaml11Tag,
  SCALAR_STYLE,
  type ScalarStyleRule,
} from 'js-yaml';
import { invalidValue } from './codec.js';
import { CannotKeep, plainCopy } from './plain-data.js';

/** Writes data so that a reader of YAML 1.1 or 1.2, the Go original's among them, finds the same. */
export function writeYaml(data: unknown): string {
  return dump(plainCopy(data, { name: 'yaml', hasNull: true, leaf }), {
    schema,
    noRefs: true,
    lineWidth: -1,
    // The indentation of deeper levels would outweigh the data.
    flowLevel: 32,
    quoteStyle: 'double',
    scalarStyleRules: [quoteDoubtful, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
  });
}

function leaf(data: unknown): unknown {
  if (typeof data === 'object') throw new CannotKeep('yaml has no dates that all readers know; write it as a string');
  if (typeof data === 'bigint' && BigInt.asIntN(64, data) !== data && BigInt.asUintN(64, data) !== data) {
    throw new CannotKeep('the number is beyond 64 bits');
  }
  return data;
}

/** YAML 1.1 looks no further for the colon. */
const longestFlowKey = 1_000;

const isWhole = (data: unknown): boolean =>
  typeof data === 'bigint' || (Number.isSafeInteger(data) && !Object.is(data, -0));

const schema = DUMP_SCHEMA.withTags(
  { ...intYaml11Tag, identify: isWhole, represent: String },
  { ...floatYaml11Tag, identify: (data) => typeof data === 'number' && !isWhole(data), represent: floatText },
);

/** With a point and a signed exponent: without them YAML 1.1 has a text. */
function floatText(data: number): string {
  if (Number.isNaN(data)) return '.nan';
  if (!Number.isFinite(data)) return data > 0 ? '.inf' : '-.inf';
  if (Object.is(data, -0)) return '-0.0';
  const text = Number.isInteger(data) ? data.toExponential() : String(data);
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}

/**
 * Quotes what some reader may take for something else than text: whatever looks like the beginning of a number or a
 * date (Go drops `_` from all of them), `=` and `<<`; the line ends of YAML 1.1; space that begins a text, which a block
 * would need a count for; and in flow style `?` and `:`, which end a text in YAML 1.1.
 */
const quoteDoubtful: ScalarStyleRule = (layout) => {
  const { node, flowOnly } = layout;
  if (node.tag !== 'tag:yaml.org,2002:str') return;
  if (flowOnly && layout.isKey && node.value.length > longestFlowKey) {
    throw invalidValue('yaml cannot have a name this long this deep inside');
  }
  const isDoubtful =
    /^[-+.\d=<\s]|[\u0085\u2028\u2029\ufeff]/.test(node.value) || (flowOnly && /[?:]/.test(node.value));
  if (isDoubtful) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};
