/** The entry that the bare servers of REST answer with, as ours tells it in JSON. */
export const entry: Readonly<Record<string, unknown>> = {
  namespace: 'production',
  key: 'app/timeout',
  value: Buffer.alloc(100, '1').toString('base64'),
  codec: 'raw',
  type: 11,
  version: '1',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  revision: '1',
  expiresAt: null,
  deleted: false,
  author: '',
  comment: '',
  secret: false,
  masked: false,
};
