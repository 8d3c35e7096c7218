import { type Logger, safeLogger } from '@cfg/core';
import { glob, maxInt32, wholeNumber } from '@cfg/core/store';
import { ConfigOperationsDefinition } from '@cfg/proto';
import { Status } from 'nice-grpc-common';
import type { CallView, Revealed, Written } from '../call.js';
import type { Outcome, Stage } from '../middleware/stage.js';
import type { AuditEvent, Auditor } from './auditor.js';
import { AuditQueue, type AuditStats } from './queue.js';
import { SignIns } from './sign-ins.js';

export interface AuditOptions {
  /** Namespaces (globs) whose values are kept out of the trail. Values of the codec `secret` always are. Default: none. */
  readonly redact?: readonly string[] | undefined;
  /** Also records calls that are refused: UNAUTHENTICATED and PERMISSION_DENIED. Default false. */
  readonly refusals?: boolean | undefined;
  /**
   * Also records who signs in: an authenticated call of a user who was not heard of from that address for an hour. Default
   * false.
   */
  readonly signIns?: boolean | undefined;
  /** Also records each restore as such, beside the writes that it makes. Default false. */
  readonly restores?: boolean | undefined;
  /**
   * Events that wait for the auditor; more are dropped, counted and logged, so that an auditor whose database is away
   * cannot fill the memory. Default 10,000; at least 1.
   */
  readonly maxWaiting?: number | undefined;
  /** Told of events that could not be recorded. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** A stage that records writes, and what became of them. */
export interface AuditStage extends Stage {
  readonly stats: AuditStats;
  /** Waits until everything so far is recorded, or has failed. */
  flush(): Promise<void>;
}

/**
 * Records every write after it has succeeded: sets, deletions, alias changes, and each of a batch or a restore; and
 * every reveal of secrets, before they are sent. The
 * caller does not wait for it, and an auditor that fails changes nothing: it is logged and counted. The trail without
 * gaps is the store's own log, which `ListAudit` reads.
 *
 * @example
 * const trail = audit(sqlAuditor(new DatabaseSync('audit.db')), { logger });
 * const service = createConfigService(store, { guard, stages: { outer: [trail] } });
 */
export function audit(auditor: Auditor, options: AuditOptions = {}): AuditStage {
  const { refusals = false, restores = false, redact = [], maxWaiting = 10_000 } = options;
  const signIns = options.signIns === true ? new SignIns() : undefined;
  const patterns = redact.map(glob);
  const hides = (namespace: string): boolean => patterns.some((pattern) => pattern.test(namespace));
  const most = wholeNumber('maxWaiting', maxWaiting, 1, maxInt32);
  const queue = new AuditQueue(auditor, most, safeLogger(options.logger));
  return {
    get stats() {
      return queue.stats;
    },
    flush: () => queue.flush(),
    reveal: (call, revealed) => queue.add(revealOf(call, revealed)),
    leave(call, outcome) {
      // A write whose caller went away was written all the same.
      for (const written of call.written) queue.add(eventOf(call, written, hides));
      if (refusals && isRefusal(outcome)) queue.add(refusalOf(call, outcome));
      if (signIns?.isNew(call, outcome)) queue.add(signInOf(call));
      if (restores && call.written.length > 0 && call.method === restore) queue.add(restoreOf(call));
    },
  };
}

const restore = ConfigOperationsDefinition.restore.path;

const isRefusal = ({ status }: Outcome): boolean =>
  status === Status.UNAUTHENTICATED || status === Status.PERMISSION_DENIED;

function eventOf(call: CallView, written: Written, hides: (namespace: string) => boolean): AuditEvent {
  const { operation, namespace, key, entry, target, requestId = '', comment = entry?.comment ?? '' } = written;
  const isSet = operation === 'set' && entry !== undefined;
  const isRedacted = isSet && (entry.secret || entry.type === 'secret' || hides(namespace));
  return {
    timeMs: Date.now(),
    userId: call.identity.userId,
    operation,
    namespace,
    key,
    value: isSet && !isRedacted ? entry.bytes : undefined,
    codec: isSet ? entry.codec : '',
    metadata: {
      method: call.method,
      peer: call.peer,
      ...(entry && { version: String(entry.version), revision: String(entry.revision) }),
      ...(target !== undefined && { target }),
      ...(requestId !== '' && { request_id: requestId }),
      ...(comment !== '' && { comment }),
      ...(isRedacted && { redacted: 'true' }),
    },
  };
}

function revealOf(
  { method, peer, identity }: CallView,
  { namespace, key, prefix, count, version }: Revealed,
): AuditEvent {
  const what = version === undefined ? { prefix, count: String(count) } : { version: String(version) };
  return {
    timeMs: Date.now(),
    userId: identity.userId,
    operation: 'reveal',
    namespace,
    key,
    value: undefined,
    codec: '',
    metadata: { method, peer, ...what },
  };
}

function refusalOf({ method, peer, identity, asked }: CallView, { status, details = '' }: Outcome): AuditEvent {
  const last = asked.at(-1);
  return {
    timeMs: Date.now(),
    userId: identity.userId,
    operation: 'refused',
    namespace: last?.resource.namespace ?? '',
    key: last?.resource.key ?? '',
    value: undefined,
    codec: '',
    metadata: {
      method,
      peer,
      code: Status[status],
      reason: details,
      ...(last !== undefined && { action: last.action }),
    },
  };
}

function signInOf({ method, peer, identity }: CallView): AuditEvent {
  return { ...plain, timeMs: Date.now(), userId: identity.userId, operation: 'sign_in', metadata: { method, peer } };
}

function restoreOf({ method, peer, identity, written }: CallView): AuditEvent {
  const [first] = written;
  const revisions = written.flatMap(({ entry }) => (entry ? [entry.revision] : []));
  return {
    ...plain,
    timeMs: Date.now(),
    userId: identity.userId,
    operation: 'restore',
    namespace: first?.namespace ?? '',
    key: written.length === 1 ? (first?.key ?? '') : '',
    metadata: { method, peer, changes: String(written.length), revisions: `${revisions[0]}-${revisions.at(-1)}` },
  };
}

/** Of an event that is no write. */
const plain = { namespace: '', key: '', value: undefined, codec: '' } as const;
