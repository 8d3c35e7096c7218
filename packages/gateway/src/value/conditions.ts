import type { IncomingHttpHeaders } from 'node:http';
import { ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { detailObjects } from '../error-details.js';
import { badRequest, HttpError } from '../http-error.js';
import { versionOfTag } from './entry-tag.js';

/** The condition of a write's `If-Match` or `If-None-Match`: that there is a current value, none, or one of these. */
export type Condition = 'exists' | 'absent' | readonly number[];

/** Of a tag that no version ever had: no version matches it. */
const noVersion = Number.MAX_SAFE_INTEGER;

/** Throws a 400 for a form that no write can follow. */
export function conditionOf(headers: IncomingHttpHeaders): Condition | undefined {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (match === undefined && noneMatch === undefined) return undefined;
  if (match !== undefined && noneMatch !== undefined) throw badRequest('If-Match and If-None-Match exclude each other');
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== '*') throw badRequest('If-None-Match of a write must be *');
    return 'absent';
  }
  const tags = (match as string).split(',').map((tag) => tag.trim());
  return tags.includes('*') ? 'exists' : tags.map((tag) => versionOfTag(tag) ?? noVersion);
}

/** The `ErrorInfo` of an error, if it has one. */
function infoOf(error: ClientError): ErrorInfo | undefined {
  if (!(error instanceof RichClientError)) return undefined;
  return error.extra.find((detail): detail is ErrorInfo => detail.$type === ErrorInfo.$type);
}

/** The version that the key has, as the error of a compare-and-set tells; `undefined`: it is another error. */
export function currentVersionOf(error: unknown): number | undefined {
  if (!(error instanceof ClientError) || error.code !== Status.ABORTED) return undefined;
  const version = infoOf(error)?.metadata.current_version;
  return version === undefined ? undefined : Number(version);
}

/**
 * The error for a caller who set a condition: 412 with the current version in the metadata (0: there is no
 * value), where that is why.
 */
export async function preconditionFailed(
  error: unknown,
  condition: Condition,
  readVersion: () => Promise<number | undefined>,
): Promise<unknown> {
  if (!(error instanceof ClientError)) return error;
  const absent = error.code === Status.NOT_FOUND && condition !== 'absent';
  const exists = error.code === Status.ALREADY_EXISTS && condition === 'absent';
  const mismatch = currentVersionOf(error);
  if (!absent && !exists && mismatch === undefined) return error;
  const version = mismatch ?? (absent ? 0 : await readVersion());
  const { reason = 'VERSION_MISMATCH', domain = 'config.rbaliyan.com', metadata = {} } = infoOf(error) ?? {};
  const told = { ...metadata, ...(version !== undefined && { current_version: String(version) }) };
  const info = ErrorInfo.fromPartial({ reason, domain, metadata: told });
  return new HttpError(error.code, error.details, 412, {}, detailObjects([info]));
}
