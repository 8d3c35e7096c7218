import type { RegoValue } from '../rego/value.js';
import type { EvaluationContext } from './builtin.js';

/** A random value that stays the same within an evaluation for the same question. */
export function draw(context: EvaluationContext, question: string, make: () => RegoValue): RegoValue {
  const known = context.drawn.get(question);
  if (known !== undefined) return known;
  const value = make();
  context.drawn.set(question, value);
  return value;
}
