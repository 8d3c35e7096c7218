import type { Property, Shape } from './shape.js';

const identifier = /^[A-Za-z_$][\w$]*$/;

/** A property's name as TypeScript has it, whatever characters it is of. */
export const nameText = (name: string): string => (identifier.test(name) ? name : quoted(name));

/** A text as TypeScript has it. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** The shape as a type, in one order whatever the order of the data was. */
export function typeText({ names, elements, properties }: Shape, indent: string): string {
  if (names.has('unknown')) return 'unknown';
  const types = [...names];
  if (elements !== undefined) types.push(arrayText(elements.shape, indent));
  if (properties !== undefined) types.push(objectText(properties, indent));
  return types.length === 0 ? 'never' : types.sort().join(' | ');
}

function arrayText(element: Shape | undefined, indent: string): string {
  if (element === undefined) return 'readonly unknown[]';
  const text = typeText(element, indent);
  return `readonly ${/^\w+$/.test(text) ? text : `(${text})`}[]`;
}

/** An object's properties in order; one without any may have all. */
export function objectText(properties: ReadonlyMap<string, Property>, indent: string): string {
  if (properties.size === 0) return 'Readonly<Record<string, unknown>>';
  const inner = `${indent}  `;
  const lines = sorted(properties).map(([name, { shape, optional }]) => {
    const mark = optional ? '?' : '';
    return `${inner}readonly ${nameText(name)}${mark}: ${typeText(shape, inner)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

/** By code units: the same on every machine. */
export const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
