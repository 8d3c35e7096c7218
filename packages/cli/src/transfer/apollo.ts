import { Value } from '@cfg/core';
import { Properties, PropertiesNodeType } from 'properties-file/parser';
import { UsageError } from '../program/usage-error.js';
import { textOf, valueOfText } from '../values.js';
import { at, type Imported } from './imported.js';

/**
 * Reads what Apollo exports of a namespace: Java properties in UTF-8. A key keeps its name, and a value is taken as `cfg
 * set` takes one. A key that is there twice comes twice. Throws `UsageError` that names the line.
 */
export function readApollo(bytes: Uint8Array): readonly Imported[] {
  const { nodes } = parsed(textOf(bytes));
  return nodes.flatMap((node) =>
    node.type === PropertiesNodeType.PROPERTY
      ? { key: node.key, value: at(node.key, () => propertyValue(node.value)) }
      : [],
  );
}

/** To Apollo every value is a text, `null` too. */
function propertyValue(text: string): Value {
  if (!text.isWellFormed()) throw new UsageError('has half a character: a \\u of a pair without the other');
  return text.trim() === 'null' ? Value.of(text) : valueOfText(Buffer.from(text));
}

function parsed(text: string): Properties {
  try {
    return new Properties(text);
  } catch (error) {
    throw new UsageError(`is not a properties file: ${(error as Error).message}`, { cause: error });
  }
}
