import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ListAuditRequest, ListRequest, SetRequest, WatchRequest } from './gen/config/v1/config.js';
import type { Messages } from './gen/messages.js';
import { JsonMappingError } from './json/error.js';
import type { MessageName } from './message-types.js';
import { fieldSetter, fromQuery } from './query.js';

const from = <Name extends MessageName>(name: Name, query: string): Messages[Name] =>
  fromQuery(name, new URLSearchParams(query));

describe('a query', () => {
  test('sets fields by either spelling and leaves the others at their defaults', () => {
    const expected = ListRequest.fromPartial({ prefix: 'app/', limit: 5, includeDeleted: true });
    expect(from('config.v1.ListRequest', 'prefix=app/&limit=5&includeDeleted=true')).toEqual(expected);
    expect(from('config.v1.ListRequest', 'prefix=app%2F&limit=5&include_deleted=1')).toEqual(expected);
    expect(from('config.v1.ListRequest', '')).toEqual(ListRequest.fromPartial({}));
  });

  test('repeats a repeated field', () => {
    expect(from('config.v1.WatchRequest', 'namespaces=b&prefixes=app/&namespaces=a&start_revision=0')).toEqual(
      WatchRequest.fromPartial({ namespaces: ['b', 'a'], prefixes: ['app/'], startRevision: 0 }),
    );
  });

  test('ignores what the message does not have', () => {
    const query = 'nonsense=1&nonsense=2&__proto__=x&constructor.name=y&toString=z&=&.=';
    const message = from('config.v1.ListRequest', query);
    expect(message).toEqual(ListRequest.fromPartial({}));
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  });

  test('an unknown field of a nested message leaves no trace', () => {
    expect(from('config.v1.GetResponse', 'entry.nonsense=1')).toEqual({ entry: undefined });
  });

  test('sets fields of a nested message by a dotted path', () => {
    const { entry } = from(
      'config.v1.GetResponse',
      'entry.key=a&entry.created_at=2024-05-01T12:00:00Z&entry.version=7',
    );
    expect(entry).toMatchObject({ key: 'a', version: 7, createdAt: { seconds: 1_714_564_800, nanos: 0 }, codec: '' });
  });

  test('sets fields of a message that is given', () => {
    const message = WatchRequest.fromPartial({ namespaces: ['a'], logId: 'x' });
    const same = fromQuery('config.v1.WatchRequest', [['namespaces', 'b']], message);
    expect(same).toBe(message);
    expect(message).toEqual(WatchRequest.fromPartial({ namespaces: ['a', 'b'], logId: 'x' }));
  });

  test('reads times, durations, enums and bytes', () => {
    expect(from('config.v1.ListAuditRequest', 'from=2024-05-01T12:00:00Z&user_id=u')).toEqual(
      ListAuditRequest.fromPartial({ from: { seconds: 1_714_564_800 }, userId: 'u' }),
    );
    const set = SetRequest.fromPartial({ writeMode: 2, ttl: { seconds: 5 }, value: new Uint8Array([0xfb, 0xff]) });
    expect(from('config.v1.SetRequest', 'write_mode=WRITE_MODE_CREATE&ttl=5s&value=%2B/8')).toEqual(set);
    expect(from('config.v1.SetRequest', 'write_mode=2&ttl=5s&value=-_8=')).toEqual(set);
  });

  test.each(['true', 'True', 'TRUE', 't', 'T', '1'])('%s is true', (text) => {
    expect(from('config.v1.ListRequest', `include_deleted=${text}`).includeDeleted).toBe(true);
  });

  test.each(['false', 'False', 'FALSE', 'f', 'F', '0'])('%s is false', (text) => {
    expect(from('config.v1.ListRequest', `include_deleted=${text}`).includeDeleted).toBe(false);
  });

  const int32 = 'must be a whole number from -2147483648 to 2147483647';

  test.each([
    ['config.v1.ListRequest', 'limit=abc', 'limit', int32],
    ['config.v1.ListRequest', 'limit=1.5', 'limit', int32],
    ['config.v1.ListRequest', 'limit=', 'limit', int32],
    ['config.v1.ListRequest', 'limit=2147483648', 'limit', int32],
    ['config.v1.ListRequest', 'limit=1&limit=1', 'limit', 'given more than once'],
    ['config.v1.ListRequest', 'limit.x=1', 'limit', 'has no fields to be given one by one'],
    ['config.v1.ListRequest', 'include_deleted=yes', 'include_deleted', 'must be true or false'],
    ['config.v1.ListRequest', 'include_deleted=', 'include_deleted', 'must be true or false'],
    ['config.v1.ListRequest', 'include_deleted=0&includeDeleted=0', 'includeDeleted', 'given more than once'],
    ['config.v1.SetRequest', 'write_mode=NOPE', 'write_mode', 'unknown WriteMode "NOPE"'],
    ['config.v1.SetRequest', 'write_mode=7', 'write_mode', 'unknown WriteMode "7"'],
    ['config.v1.SetRequest', 'write_mode=', 'write_mode', 'unknown WriteMode ""'],
    ['config.v1.SetRequest', 'value=***', 'value', 'invalid base64'],
    ['config.v1.ListAuditRequest', 'from=yesterday', 'from', 'must be a time, as in "2024-05-01T12:00:00Z"'],
    ['config.v1.ListAuditRequest', 'from.seconds=1', 'from', 'has no fields to be given one by one'],
    ['config.v1.GetResponse', 'entry=x', 'entry', 'a message cannot be given as text'],
    [
      'config.v1.GetResponse',
      'entry.version=x',
      'entry.version',
      'must be a whole number from -9007199254740991 to 9007199254740991',
    ],
    ['config.v1.AuditRecord', 'metadata=x', 'metadata', 'a map cannot be given as text'],
    ['config.v1.RestoreRequest', 'version=1&revision=1', 'revision', 'another field of "to" is given'],
  ] as const)('of a %s refuses %s', (name, query, path, problem) => {
    expect(() => from(name, query)).toThrow(new JsonMappingError(problem, path));
  });

  test('half a surrogate pair is refused', () => {
    expect(() => fromQuery('config.v1.ListRequest', [['prefix', '\ud800']])).toThrow(
      'prefix: must be well-formed Unicode',
    );
  });

  test('is read whatever it holds, or refused with a JsonMappingError', () => {
    const name = fc.oneof(
      fc.constantFrom('from', 'from.nanos', 'limit', 'user_id', 'userId', 'cursor', 'to'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string()), { maxLength: 4 }), (params) => {
        try {
          fromQuery('config.v1.ListAuditRequest', params);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonMappingError);
        }
      }),
    );
  });
});

describe('a path variable', () => {
  test('replaces what the body said', () => {
    const message = SetRequest.fromPartial({ namespace: 'other', key: 'other' });
    fieldSetter('config.v1.SetRequest', 'namespace')(message, 'production');
    fieldSetter('config.v1.SetRequest', 'key')(message, 'app/timeout');
    expect(message).toEqual(SetRequest.fromPartial({ namespace: 'production', key: 'app/timeout' }));
  });

  test('may be of another type, in either spelling, and nested', () => {
    const response = { entry: undefined };
    fieldSetter('config.v1.GetResponse', 'entry.created_at')(response, '1970-01-01T00:00:01Z');
    fieldSetter('config.v1.GetResponse', 'entry.version')(response, '5');
    expect(response.entry).toMatchObject({ createdAt: { seconds: 1, nanos: 0 }, version: 5 });
  });

  test('that does not fit is refused by name', () => {
    const message = ListRequest.fromPartial({});
    expect(() => fieldSetter('config.v1.ListRequest', 'limit')(message, 'x')).toThrow(JsonMappingError);
    expect(() => fieldSetter('config.v1.ListRequest', 'limit')(message, 'x')).toThrow(/^limit: must be a whole number/);
  });

  test('of no field is an error of the caller', () => {
    const set = () => fieldSetter('config.v1.ListRequest', 'nonsense');
    expect(set).toThrow('config.v1.ListRequest has no field "nonsense"');
    expect(set).not.toThrow(JsonMappingError);
  });
});
