import { AnswerFields } from '../grpc/answer-fields.js';
import { Budget } from '../grpc/budget.js';
import type { CallEnvironment } from '../grpc/call-environment.js';
import { LateRequests } from '../grpc/late-requests.js';
import { makeMethod } from '../grpc/method.js';
import { GrpcRequestHandler } from '../grpc/request-handler.js';
import { Connection } from '../http2/connection.js';
import { SlabPool } from '../http2/slab-pool.js';
import { Unsent } from '../http2/unsent.js';
import { completeOptions } from '../options.js';
import { Headers } from './frames.js';
import { hostileFrames } from './hostile-frames.js';
import { Random } from './random.js';

const slabs = new SlabPool();
const large = Buffer.alloc(40_000, 'large');
const budgetBytes = 1_000_000;

const method = (path: string, answer: (bytes: Uint8Array) => Uint8Array) => {
  const same = (bytes: unknown): never => bytes as never;
  const serialization = { requestSerialize: same, requestDeserialize: same, responseSerialize: same };
  const definition = { path, requestStream: false, responseStream: false, ...serialization, responseDeserialize: same };
  return [
    path,
    makeMethod({ ...definition, options: {} }, answer as never, undefined, { lazyContext: true, admit: undefined }),
  ] as const;
};

const methods = new Map([method('/test.Fuzz/Echo', (bytes) => bytes), method('/test.Fuzz/Large', () => large)]);
const settings = completeOptions({ maxReceiveMessageBytes: 100_000, maxConcurrentStreams: 3 });

/** The result of feeding some bytes to a connection. */
export interface Outcome {
  readonly output: Buffer;
  readonly ended: boolean;
  readonly limits: string;
  readonly calls: number;
  /** Memory that was taken and not given back once the connection was lost. */
  readonly leaked: number;
}

/** Feeds a new connection with `bytes`, in pieces as long as `cut` says. */
export function outcomeOf(bytes: Buffer, cut: () => number): Outcome {
  const limits: string[] = [];
  let ended = false;
  let open = 0;
  const limited = (limit: string): void => void limits.push(limit);
  const budget = new Budget(budgetBytes);
  const environment: CallEnvironment = {
    ...settings,
    certificate: undefined,
    peer: 'fuzz',
    answers: new AnswerFields(),
    budget,
    lateRequests: new LateRequests(),
    limited,
    expireIn: () => 1,
    forget() {},
  };
  const meter = {
    limited,
    streamOpened() {
      open += 1;
    },
    streamClosed() {
      open -= 1;
    },
    connectionFailed() {},
  };
  const handler = new GrpcRequestHandler(methods, environment, settings.maxHeaderListBytes);
  const edge = {
    wake() {},
    end() {
      ended = true;
    },
  };
  const unsent = new Unsent(settings.maxQueuedResponseBytesInAll);
  const connection = new Connection({ handler, limits: settings, meter, slabs, unsent }, edge, 1);
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + cut());
    connection.receive(bytes.subarray(at, end), 1);
    at = end;
  }
  const { calls } = connection;
  const output = Buffer.concat(connection.take());
  const endedByItself = ended;
  connection.lost();
  return { output, ended: endedByItself, limits: limits.join(), calls, leaked: budgetBytes - budget.left + open };
}

/** One random session. Throws, naming the seed, if its outcome depends on how the bytes are cut. */
export function fuzz(seed: number): Outcome {
  const random = new Random(seed);
  const bytes = hostileFrames(random, new Headers());
  const whole = outcomeOf(bytes, () => bytes.length);
  const byByte = random.chance(4);
  const cut = outcomeOf(bytes, () => (byByte ? 1 : 1 + random.below(random.chance(2) ? 12 : 200)));
  const same = whole.output.equals(cut.output) && whole.ended === cut.ended && whole.limits === cut.limits;
  if (!same || whole.calls !== cut.calls) throw new Error(`seed ${seed}: the outcome depends on the cuts`);
  if (whole.leaked !== 0 || cut.leaked !== 0) throw new Error(`seed ${seed}: memory or calls are left`);
  return whole;
}
