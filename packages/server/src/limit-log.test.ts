import type { Logger } from '@cfg/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limitLog } from './limit-log.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

it('reports a limit when it is reached first, and then now and then, with what came between', () => {
  const lines: unknown[] = [];
  const note = (fields: object): void => void lines.push(fields);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const reached = limitLog(logger, 'gRPC');
  for (let i = 0; i < 5; i += 1) reached({ limit: 'resets', peer: `10.0.0.1:${i}` });
  reached({ limit: 'pings', peer: '10.0.0.2:1' });
  vi.advanceTimersByTime(10_000);
  reached({ limit: 'resets', peer: '10.0.0.3:1' });
  expect(lines).toEqual([
    { limit: 'resets', peer: '10.0.0.1:0', sinceLastReport: 0 },
    { limit: 'pings', peer: '10.0.0.2:1', sinceLastReport: 0 },
    { limit: 'resets', peer: '10.0.0.3:1', sinceLastReport: 4 },
  ]);
});
