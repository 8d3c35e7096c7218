import * as protobuf from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descriptors } from './descriptors.js';
import { DeleteRequest, Entry, ListResponse, SetRequest } from './gen/config/v1/config.js';
import { type Messages, messageTypes } from './gen/messages.js';
import { JsonMappingError } from './json/error.js';
import { fromJson, type JsonValue, parseJson, toJson, toJsonString } from './json.js';
import type { MessageName } from './message-types.js';
import { arbitraryMessage } from './test/arbitrary-message.js';

const names = Object.keys(messageTypes) as MessageName[];

/** A JsonMappingError of this message, `path: problem` or only a problem. */
function refusal(message: string): JsonMappingError {
  const [, path = '', problem] = /^(?:(\S+): )?(.*)$/.exec(message) ?? [];
  return new JsonMappingError(problem ?? '', path);
}

/** The same JSON without members that are null. */
function withoutNulls(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(withoutNulls);
  if (json === null || typeof json !== 'object') return json;
  const members = Object.entries(json).filter(([, value]) => value !== null);
  return Object.fromEntries(members.map(([name, value]) => [name, withoutNulls(value)]));
}

describe.each(names)('%s', (name) => {
  // fails at once if the mapping does not cover a field of the type
  const messages = arbitraryMessage(name);
  const desc = descriptors().getMessage(name) as protobuf.DescMessage;

  test('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(fromJson(name, toJson(name, message))).toEqual(message);
        expect(parseJson(name, toJsonString(name, message))).toEqual(message);
      }),
    );
  });

  test('is the JSON that protobuf-es writes, with null for an unset message', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const theirs = protobuf.fromBinary(desc, messageTypes[name].encode(message as never).finish());
        const json = toJson(name, message);
        expect(withoutNulls(json)).toEqual(protobuf.toJson(desc, theirs, { alwaysEmitImplicit: true }));
        expect(JSON.stringify(json)).toBe(JSON.stringify(JSON.parse(toJsonString(name, message))));
      }),
    );
  });

  test('is read by protobuf-es, and read from what protobuf-es writes in its shortest form', () => {
    fc.assert(
      fc.property(messages, fc.boolean(), (message, useProtoFieldName) => {
        const theirs = protobuf.fromBinary(desc, messageTypes[name].encode(message as never).finish());
        expect(protobuf.fromJson(desc, toJson(name, message))).toEqual(theirs);
        expect(fromJson(name, protobuf.toJson(desc, theirs, { useProtoFieldName, enumAsInteger: true }))).toEqual(
          message,
        );
      }),
    );
  });

  test('is read from anything or refused with a JsonMappingError', () => {
    const members = desc.fields.flatMap((field) => [field.name, field.jsonName]);
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('x', ...members), fc.jsonValue(), { maxKeys: 3 }),
    );
    fc.assert(
      fc.property(json, (value) => {
        let message: Messages[MessageName];
        try {
          message = fromJson(name, value);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonMappingError);
          return;
        }
        expect(fromJson(name, toJson(name, message))).toEqual(message);
      }),
    );
  });
});

describe('writing', () => {
  const entry = Entry.fromPartial({
    namespace: 'production',
    key: 'app/timeout',
    value: new Uint8Array([0x22, 0xfb, 0xff, 0x22]),
    codec: 'json',
    type: 1,
    version: 9_007_199_254_740_991,
    createdAt: { seconds: 1_714_564_800, nanos: 120_000_000 },
    updatedAt: { seconds: 1_714_564_800, nanos: 0 },
  });

  test('an entry, its fields in the order of the proto', () => {
    expect(toJsonString('config.v1.GetResponse', { entry })).toBe(
      '{"entry":{"namespace":"production","key":"app/timeout","value":"Ivv/Ig==","codec":"json","type":1,' +
        '"version":"9007199254740991","createdAt":"2024-05-01T12:00:00.120Z","updatedAt":"2024-05-01T12:00:00Z",' +
        '"revision":"0","expiresAt":null,"deleted":false,"author":"","comment":"","secret":false,"masked":false}}',
    );
  });

  test('defaults are written, an unset optional is left out', () => {
    expect(toJson('config.v1.ListResponse', ListResponse.fromPartial({}))).toEqual({
      entries: [],
      nextCursor: '',
      logId: '',
      namespaceRevision: '0',
      oldestRevision: '0',
    });
    expect(toJson('config.v1.ListResponse', ListResponse.fromPartial({ revision: 0 }))).toMatchObject({
      revision: '0',
    });
    expect(toJson('config.v1.SetRequest', SetRequest.fromPartial({}))).toEqual({
      namespace: '',
      key: '',
      value: '',
      codec: '',
      writeMode: 'WRITE_MODE_UNSPECIFIED',
      requestId: '',
      comment: '',
    });
    expect(toJsonString('config.v1.DeleteResponse', {})).toBe('{}');
  });

  test('an unset oneof is left out, a set one is written, also at its default', () => {
    expect(toJson('config.v1.BatchOperation', {})).toEqual({});
    const restore = { namespace: '', key: '', version: 0, dryRun: false, requestId: '', comment: '' };
    expect(toJson('config.v1.RestoreRequest', restore)).toEqual({ ...restore, version: '0' });
  });

  test('an enum is written by name, an unknown number as the number', () => {
    const response = { entry: undefined, revision: 1, logId: '', more: false };
    expect(toJson('config.v1.WatchResponse', { ...response, type: 100 })).toMatchObject({
      type: 'CHANGE_TYPE_PROGRESS',
    });
    expect(toJson('config.v1.WatchResponse', { ...response, type: 77 as 100 })).toMatchObject({ type: 77 });
  });

  test('bytes of a part of a buffer are only that part', () => {
    const value = Buffer.from('abcdef').subarray(2, 4);
    expect(toJson('config.v1.SetRequest', SetRequest.fromPartial({ value }))).toMatchObject({ value: 'Y2Q=' });
  });

  test('fields that are not there are written as their defaults', () => {
    expect(toJson('config.v1.GetRequest', {} as Messages['config.v1.GetRequest'])).toEqual({
      namespace: '',
      key: '',
      atRevision: '0',
    });
  });

  test.each([
    [
      { ...entry, createdAt: { seconds: 253_402_300_800, nanos: 0 } },
      'entries[1].createdAt: not a time of the years 1 to 9999',
    ],
    [{ ...entry, createdAt: { seconds: 0, nanos: -1 } }, 'entries[1].createdAt: not a time of the years 1 to 9999'],
    [{ ...entry, version: 1.5 }, 'entries[1].version: must be a whole number'],
    [{ ...entry, revision: 2 ** 53 }, 'entries[1].revision: must be a whole number'],
    [{ ...entry, type: Number.NaN }, 'entries[1].type: must be a whole number'],
  ])('what JSON cannot say is an error that names the field: %#', (bad, message) => {
    const list = ListResponse.fromPartial({ entries: [entry, bad] });
    expect(() => toJsonString('config.v1.ListResponse', list)).toThrow(JsonMappingError);
    expect(() => toJsonString('config.v1.ListResponse', list)).toThrow(message);
  });
});

describe('reading', () => {
  const read = (text: string) => parseJson('config.v1.SetRequest', text);

  test('names in either spelling', () => {
    const expected = SetRequest.fromPartial({ writeMode: 2, ifVersion: 0 });
    expect(read('{"writeMode":"WRITE_MODE_CREATE","ifVersion":"0"}')).toEqual(expected);
    expect(read('{"write_mode":"WRITE_MODE_CREATE","if_version":0}')).toEqual(expected);
  });

  test('unknown fields are ignored, whatever they hold', () => {
    const nest = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = `{"key":"a","nonsense":${nest},"__proto__":{"codec":"x"},"constructor":1,"toString":null}`;
    const message = read(text);
    expect(message).toEqual(SetRequest.fromPartial({ key: 'a' }));
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  });

  test('null stands for the default', () => {
    const nulls = '{"key":null,"value":null,"write_mode":null,"if_version":null,"ttl":null}';
    expect(read(nulls)).toEqual(SetRequest.fromPartial({}));
    expect(parseJson('config.v1.BatchRequest', '{"operations":null}').operations).toEqual([]);
    expect(parseJson('config.v1.AuditRecord', '{"metadata":null,"time":null}')).toMatchObject({ metadata: {} });
  });

  test('an empty nested message is not an absent one', () => {
    const { operations } = parseJson('config.v1.BatchRequest', '{"operations":[{"delete":{}},{"set":null}]}');
    expect(operations[0]?.delete).toEqual(DeleteRequest.fromPartial({}));
    expect(operations[1]).toEqual({ set: undefined, delete: undefined });
  });

  test('a key __proto__ of a map is a key like others', () => {
    const { metadata } = parseJson('config.v1.AuditRecord', '{"metadata":{"__proto__":"a","b":"c"}}');
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'a'],
      ['b', 'c'],
    ]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  test.each([
    ['{"value": ', 'invalid JSON'],
    ['', 'invalid JSON'],
    ['null', 'must be an object'],
    ['[]', 'must be an object'],
    ['"text"', 'must be an object'],
    ['{"value":"***"}', 'value: invalid base64'],
    ['{"value":30}', 'value: must be a string of base64'],
    ['{"key":1}', 'key: must be a string'],
    ['{"key":"\\ud800"}', 'key: must be well-formed Unicode'],
    ['{"write_mode":"NOPE"}', 'write_mode: unknown WriteMode "NOPE"'],
    ['{"write_mode":"write_mode_create"}', 'write_mode: unknown WriteMode "write_mode_create"'],
    ['{"write_mode":"\u00a0"}', 'write_mode: unknown WriteMode "\\u00a0"'],
    ['{"write_mode":"WRITE_MODE_NOPE"}', 'write_mode: unknown WriteMode "WRITE_MODE_NOPE"'],
    ['{"writeMode":true}', 'writeMode: must be a name or number of WriteMode'],
    ['{"writeMode":1.5}', 'writeMode: must be a whole number from -2147483648 to 2147483647'],
    ['{"writeMode":1,"write_mode":1}', 'write_mode: given in two spellings'],
    ['{"writeMode":1,"write_mode":null}', 'write_mode: given in two spellings'],
    ['{"ifVersion":9007199254740992}', 'ifVersion: must be a whole number from -9007199254740991 to 9007199254740991'],
    ['{"ttl":5}', 'ttl: must be a duration, as in "1.5s"'],
  ])('%s is refused', (text, message) => {
    expect(() => read(text)).toThrow(refusal(message));
  });

  test.each([
    ['{"operations":{}}', 'operations: must be an array'],
    ['{"operations":[null]}', 'operations[0]: must not be null'],
    ['{"operations":[{},{"set":[]}]}', 'operations[1].set: must be an object'],
    ['{"operations":[{"set":{"value":"a"}}]}', 'operations[0].set.value: invalid base64'],
    ['{"operations":[{"set":{},"delete":{}}]}', 'operations[0].delete: another field of "operation" is given'],
    ['{"dryRun":"true"}', 'dryRun: must be true or false'],
  ])('in a batch, %s is refused', (text, message) => {
    expect(() => parseJson('config.v1.BatchRequest', text)).toThrow(refusal(message));
  });

  test.each([
    ['{"metadata":[]}', 'metadata: must be an object'],
    ['{"metadata":{"a":null}}', 'metadata["a"]: must not be null'],
    ['{"metadata":{"a":1}}', 'metadata["a"]: must be a string'],
    [`{"metadata":{"${'k'.repeat(500)}":1}}`, `metadata["${'k'.repeat(64)}…"]: must be a string`],
  ])('in an audit record, %s is refused', (text, message) => {
    expect(() => parseJson('config.v1.AuditRecord', text)).toThrow(refusal(message));
  });

  test('the error tells path and problem apart', () => {
    try {
      parseJson('config.v1.BatchRequest', '{"operations":[{"set":{"write_mode":"WRITE_MODE_X"}}]}');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        name: 'JsonMappingError',
        path: 'operations[0].set.write_mode',
        problem: 'unknown WriteMode "WRITE_MODE_X"',
      });
    }
  });

  test('a deep nest in place of a value is refused', () => {
    expect(() => read(`{"key":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)).toThrow('key: must be a string');
  });

  test('a type that is not known is an error of the caller', () => {
    expect(() => parseJson('google.api.HttpRule' as 'config.v1.Entry', '{}')).toThrow('unknown message type');
    expect(() => parseJson('toString' as 'config.v1.Entry', '{}')).toThrow('unknown message type');
  });
});
