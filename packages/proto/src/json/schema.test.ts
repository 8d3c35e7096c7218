import { expect, test } from 'vitest';
import { jsonSchema } from '../json.js';

test('the JSON schema says what is written', () => {
  expect(jsonSchema('config.v1.SetRequest')).toEqual({
    type: 'object',
    title: 'config.v1.SetRequest',
    required: ['namespace', 'key', 'value', 'codec', 'writeMode', 'requestId', 'comment'],
    properties: {
      namespace: { type: 'string' },
      key: { type: 'string' },
      value: { type: 'string', format: 'byte' },
      codec: { type: 'string' },
      writeMode: {
        type: 'string',
        enum: ['WRITE_MODE_UNSPECIFIED', 'WRITE_MODE_UPSERT', 'WRITE_MODE_CREATE', 'WRITE_MODE_UPDATE'],
      },
      ifVersion: { type: 'string', format: 'int64' },
      ttl: { type: 'string', pattern: expect.any(String) },
      requestId: { type: 'string' },
      comment: { type: 'string' },
    },
  });
  expect(jsonSchema('config.v1.ListResponse')).toMatchObject({
    properties: {
      entries: {
        type: 'array',
        items: { properties: { createdAt: { anyOf: [{ format: 'date-time' }, { type: 'null' }] } } },
      },
    },
  });
});
