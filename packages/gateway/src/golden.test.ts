import { describe, expect, it } from 'vitest';
import { type Door, doors, openDoor } from './test/doors.js';
import { recordedGuard } from './test/guard.js';
import { difference, recordedLines, say } from './test/recording.js';

/** Replays a transcript in order against a fresh server, and says what differs. */
async function replay(door: Door, file: string, service = {}): Promise<{ checked: number; differences: string[] }> {
  await using opened = await openDoor(door, { service });
  const differences: string[] = [];
  let checked = 0;
  for (const recorded of recordedLines(file)) {
    const answer = await say(opened.url, recorded);
    if (recorded.unchecked) continue;
    checked += 1;
    const found = difference(recorded, answer);
    if (found) differences.push(`${recorded.name}: ${found}`);
  }
  return { checked, differences };
}

describe.each(doors)('recordings of the original, %s', (door) => {
  it('are answered alike where every caller is allowed', async () => {
    expect(await replay(door, 'http-open.jsonl')).toEqual({ checked: expect.any(Number), differences: [] });
  });

  it('are answered alike behind a guard', async () => {
    const replayed = await replay(door, 'http-guarded.jsonl', { guard: recordedGuard });
    expect(replayed).toEqual({ checked: expect.any(Number), differences: [] });
    expect(replayed.checked).toBeGreaterThan(15);
  });
});
