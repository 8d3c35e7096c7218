import { formatValue, RegoSet, type RegoValue } from '../rego/value.js';
import { arrayAt, type Builtins, type EvaluationContext } from './builtin.js';

export const diagnosticBuiltins: Builtins = {
  trace: () => true,
  print: (args, context) => print(args, context),
  'internal.print': (args, context) => print(arrayAt(args, 0), context),
};

/** The compiler wraps each operand in a set, which is empty where the operand is undefined. */
function print(operands: readonly RegoValue[], context: EvaluationContext): undefined {
  const words = operands.map((operand) => {
    if (!(operand instanceof RegoSet)) return wordOf(operand);
    return operand.elements.length === 0 ? '<undefined>' : operand.elements.map(wordOf).join(' ');
  });
  context.print(words.join(' '));
}

const wordOf = (value: RegoValue): string => (typeof value === 'string' ? value : formatValue(value));
