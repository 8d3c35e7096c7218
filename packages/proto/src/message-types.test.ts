import { expect, test } from 'vitest';
import { descriptors } from './descriptors.js';
import { messageTypes, nestedMessages } from './gen/messages.js';
import * as index from './index.js';
import { isMessageName, messageType } from './message-types.js';

const messages = [...descriptors()].filter((type) => type.kind === 'message');
const ours = messages.filter((desc) => desc.typeName.startsWith('config.v1.'));
const names = ours.map((desc) => desc.typeName);

test('every message of the proto is in the table, and no other but Timestamp and Duration', () => {
  const wellKnown = ['google.protobuf.Duration', 'google.protobuf.Timestamp'];
  expect(Object.keys(messageTypes).sort()).toEqual([...names, ...wellKnown].sort());
});

test.each(names)('%s is exported by its own name, the same as in the table', (name) => {
  expect((index as Record<string, unknown>)[name.replace('config.v1.', '')]).toBe(
    messageType(name as 'config.v1.Entry'),
  );
});

test.each(ours)('$typeName has the fields of its descriptor', (desc) => {
  const message = messageType(desc.typeName as 'config.v1.Entry').fromPartial({});
  expect(Object.keys(message).sort()).toEqual(desc.fields.map((field) => field.jsonName).sort());
});

test.each(ours)('$typeName names the messages nested in it', (desc) => {
  const nested = desc.fields.flatMap((field) => {
    if (field.fieldKind === 'map') return [[String(field.number), expect.stringContaining(`${desc.typeName}.`)]];
    return field.message === undefined ? [] : [[String(field.number), field.message.typeName]];
  });
  expect(Object.entries(nestedMessages[desc.typeName] ?? {})).toEqual(nested);
});

test('every enum of the proto is exported with its numbers', () => {
  const enums = [...descriptors()].filter((type) => type.kind === 'enum' && type.typeName.startsWith('config.v1.'));
  for (const desc of enums) {
    if (desc.kind !== 'enum') continue;
    const numbers = Object.fromEntries(desc.values.map((value) => [value.name, value.number]));
    expect((index as Record<string, unknown>)[desc.name]).toEqual(numbers);
  }
  expect(enums.map((desc) => desc.typeName)).toEqual([
    'config.v1.Presence',
    'config.v1.WriteMode',
    'config.v1.ChangeType',
    'config.v1.SearchIn',
    'config.v1.LeaseState',
  ]);
});

test('a name that is not of a message is refused, those of Object.prototype included', () => {
  expect(() => messageType('config.v1.Nothing' as 'config.v1.Entry')).toThrow(
    'unknown message type "config.v1.Nothing"',
  );
  expect(isMessageName('toString')).toBe(false);
});
