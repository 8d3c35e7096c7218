import { FrameType, preface, Setting } from '../http2/protocol.js';
import { data, frame, type Headers, message, requestFields, reset, settings, uint32, windowUpdate } from './frames.js';
import type { Random } from './random.js';

const paths = ['/test.Fuzz/Echo', '/test.Fuzz/Large', '/test.Fuzz/None', '*', ''];
const extras: readonly (readonly string[])[] = [
  [],
  ['grpc-timeout', '1S'],
  ['grpc-timeout', 'x'],
  ['grpc-encoding', 'gzip'],
  ['grpc-encoding', 'none'],
  ['content-length', '7'],
  ['x-note-bin', 'AAEC'],
  ['connection', 'close'],
  [':status', '200'],
  ['X-Upper', 'a'],
  ['x-long', 'y'.repeat(300)],
];
const sizes = [0, 1, 5, 100, 16_384, 65_535, 100_000, 2 ** 31 - 1];

/** The bytes of a client, from the harmless to the malicious: frames in some order, some of them damaged. */
export function hostileFrames(random: Random, headers: Headers): Buffer {
  const parts: Buffer[] = random.chance(50) ? [] : [preface];
  if (!random.chance(50)) parts.push(settings());
  const count = 1 + random.below(12);
  let highest = -1;
  const anyId = (): number => (random.chance(8) ? random.below(12) : Math.max(1, highest - 2 * random.below(3)));
  for (let i = 0; i < count; i += 1) {
    if (random.chance(2)) {
      highest += 2;
      parts.push(request(random, headers, highest));
    } else {
      parts.push(any(random, headers, anyId()));
    }
  }
  return damaged(random, Buffer.concat(parts));
}

function request(random: Random, headers: Headers, id: number): Buffer {
  const block = headers.block(requestFields(random.pick(paths), ...random.pick(extras)));
  const ended = random.chance(4);
  const body = message(random.bytes(random.pick([0, 3, 40])), random.chance(8) ? 1 : 0);
  const head = cutHeaders(random, id, block, ended);
  if (ended) return head;
  if (random.chance(3)) return Buffer.concat([head, data(id, body.subarray(0, 3), false), data(id, body.subarray(3))]);
  return Buffer.concat([head, data(id, body, !random.chance(4))]);
}

/** A header block in one frame, or in several. */
function cutHeaders(random: Random, id: number, block: Buffer, ended: boolean): Buffer {
  const end = ended ? 1 : 0;
  if (!random.chance(4)) return frame(FrameType.headers, 4 | end, id, block);
  const at = random.below(block.length);
  const continuation = frame(FrameType.continuation, 4, id, block.subarray(at));
  return Buffer.concat([frame(FrameType.headers, end, id, block.subarray(0, at)), continuation]);
}

function any(random: Random, headers: Headers, id: number): Buffer {
  switch (random.below(12)) {
    case 0:
      return data(id, random.bytes(random.below(40)), random.chance(2));
    case 1:
      return frame(FrameType.headers, random.below(256), id, random.bytes(random.below(40)));
    case 2:
      return frame(FrameType.priority, 0, id, random.bytes(random.pick([4, 5, 5, 5])));
    case 3:
      return reset(id);
    case 4:
      return settings([random.pick(Object.values(Setting)), random.pick(sizes)]);
    case 5:
      return frame(FrameType.ping, random.below(2), 0, random.bytes(random.pick([8, 8, 8, 7])));
    case 6:
      return windowUpdate(random.chance(2) ? 0 : id, random.pick(sizes));
    case 7:
      return frame(FrameType.goaway, 0, 0, uint32(random.below(9), 0));
    case 8:
      return frame(FrameType.continuation, random.below(8), id, random.bytes(random.below(9)));
    case 9:
      return headers.frame(id, ['x-trailer', 'yes'], true);
    case 10:
      return frame(
        FrameType.data,
        8 | random.below(2),
        id,
        Buffer.concat([random.bytes(1), Buffer.alloc(random.below(300))]),
      );
    default:
      return frame(random.below(256), random.below(256), random.chance(2) ? 0 : id, random.bytes(random.below(40)));
  }
}

/** Mostly the same; else with bits turned, bytes lost, doubled or put in. */
function damaged(random: Random, bytes: Buffer): Buffer {
  if (!random.chance(3)) return bytes;
  let result = bytes;
  for (let i = 1 + random.below(3); i > 0; i -= 1) {
    const at = random.below(result.length + 1);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const how = random.below(4);
    if (how === 0 && after.length > 0) {
      const turned = Buffer.from(after);
      turned[0] = (turned[0] as number) ^ (1 << random.below(8));
      result = Buffer.concat([before, turned]);
    } else if (how === 1) {
      result = Buffer.concat([before, after.subarray(random.below(20))]);
    } else if (how === 2) {
      result = Buffer.concat([before, after.subarray(0, 20), after]);
    } else {
      result = Buffer.concat([before, random.bytes(random.below(20)), after]);
    }
  }
  return result;
}
