import { type BatchOutcome, can, isConfigError, type RestoreOptions, type RestoreTarget } from '@cfg/core';
import type { BatchResponse, RestoreRequest } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireNamespace, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Asked } from '../guards/guard.js';
import { invalidArgument, unsupported } from '../status.js';
import { batchMessage, writtenBy } from './batch.js';
import { asked, type Handler } from './handler.js';
import { noteOptions, writeOptions } from './write-request.js';

/** How often a restore is tried that other writes come between. */
const maxTries = 5;

/**
 * Only the store knows which keys a restore touches. So it is tried first, as a dry run, and the guard is asked of each
 * key: `write`, or `delete` where the key is deleted. Then it is carried out if it still means the same changes, so that
 * nothing is written that the guard was not asked about. (A store on a server cannot promise that: keys that changed in
 * between are asked about before the answer is sent. So are the keys of an earlier request with the same id.)
 */
export const restoreHandler = ({ store, reveals }: Environment): Handler<RestoreRequest, BatchResponse> => ({
  asks(request) {
    requireNamespace(request);
    targetOf(request);
    return request.key === '' ? [] : [asked('write', request.namespace, request.key)];
  },
  async answer(request, call) {
    if (!can(store, 'restore')) throw unsupported('the store does not support restoring');
    const { namespace, dryRun } = request;
    const target = targetOf(request);
    const options = { ...noteOptions(store, request), ...writeOptions(store, call) };
    const known = new Set(call.asked.map(nameOf));
    const told = async (outcome: BatchOutcome): Promise<BatchResponse> =>
      batchMessage(outcome, await reveals.all(call, outcome.entries, { namespace }));
    const restored = (outcome: BatchOutcome): Promise<BatchResponse> => {
      call.written = writtenBy(outcome, request.requestId);
      return told(outcome);
    };
    const run = async (more: RestoreOptions): Promise<BatchOutcome> => {
      const restoring = store.restore(namespace, target, { ...options, ...more });
      // Not even a failure is told to who may not write there.
      const outcome = await restoring.catch(async (error: unknown) => {
        await authorizeOnce(call, known, [asked('write', namespace, request.key)]);
        throw error;
      });
      await authorizeOnce(call, known, touched(namespace, request.key, outcome));
      return outcome;
    };
    for (let tries = 1; ; tries += 1) {
      const tried = await run({ dryRun: true, requestId: undefined });
      if (dryRun) return told(tried);
      const expected = tried.entries.map(({ key, version, deleted }) => ({ key, version, deleted }));
      try {
        return await restored(await run({ expected }));
      } catch (error) {
        if (isConfigError(error, 'unsupported')) return restored(await run({}));
        if (!isConfigError(error, 'version_mismatch') || tries === maxTries) throw error;
      }
    }
  },
});

function targetOf({ key, version, revision }: RestoreRequest): RestoreTarget {
  requireNotNegative('version', version);
  requireNotNegative('revision', revision);
  if (revision !== undefined) return { key, to: { revision } };
  if (version === undefined) throw invalidArgument('version or revision is required');
  if (key === '') throw invalidArgument('a version is of a key: key is required');
  return { key, to: { version } };
}

/** The questions to the guard about an outcome; for an empty one, about the key or the namespace that was meant. */
function touched(namespace: string, key: string, { entries }: BatchOutcome): readonly Asked[] {
  if (entries.length === 0) return [asked('write', namespace, key)];
  return entries.map((entry) => asked(entry.deleted ? 'delete' : 'write', namespace, entry.key));
}

async function authorizeOnce(call: Call, known: Set<string>, wanted: readonly Asked[]): Promise<void> {
  await call.authorize(wanted.filter((one) => !known.has(nameOf(one))));
  for (const one of wanted) known.add(nameOf(one));
}

const nameOf = ({ action, resource }: Asked): string => `${action} ${resource.key}`;
