import { expect, it } from 'vitest';
import { asCsv, asNdjson, fits, type LogRecord, recordOfAudit } from './log-record.ts';

const record: LogRecord = {
  id: '1 a',
  kind: 'set',
  at: 0,
  revision: 1,
  namespace: 'n',
  key: 'app/a',
  version: 1,
  author: 'ann',
  comment: '',
  text: '1',
};

it('writes a table that no spreadsheet runs', () => {
  const csv = asCsv([{ ...record, comment: '=HYPERLINK("x")', text: 'a,"b"\n', author: '@x' }]);
  expect(csv.split('\r\n')[1]).toBe(`1970-01-01T00:00:00.000Z,1,set,n,app/a,1,'@x,"'=HYPERLINK(""x"")","a,""b""\n"`);
});

it('writes lines of JSON', () => {
  expect(JSON.parse(asNdjson([record]))).toMatchObject({
    time: '1970-01-01T00:00:00.000Z',
    key: 'app/a',
    author: 'ann',
  });
});

it('filters by what a record is about', () => {
  expect(fits({}, record)).toBe(true);
  expect(fits({ namespace: 'n', key: 'app/', user: 'ann', operation: 'set' }, record)).toBe(true);
  for (const filter of [{ namespace: 'm' }, { key: 'app' }, { user: 'bob' }, { operation: 'delete' }]) {
    expect(fits(filter, record)).toBe(false);
  }
});

it('shows no secret', () => {
  const audit = {
    id: '1',
    time: '2026-01-01T00:00:00Z',
    userId: 'ann',
    operation: 'set',
    namespace: 'n',
    key: 'pass',
    value: btoa('hush'),
    metadata: { revision: '1' },
  };
  expect(recordOfAudit({ ...audit, codec: 'secret' }).text).toBeUndefined();
  expect(recordOfAudit({ ...audit, codec: 'json', metadata: { redacted: 'true' } }).text).toBeUndefined();
  expect(recordOfAudit({ ...audit, codec: 'json' }).text).toBe('hush');
});
