/** The error of a failed call. `kind` decides what the page does about it, `message` is the server's. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** The ErrorInfo's reason, `VERSION_MISMATCH` say; empty where there is none. */
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(kind: ErrorKind, message: string, more: Partial<Pick<ApiError, 'status' | 'reason' | 'metadata'>> = {}) {
    super(message);
    this.kind = kind;
    this.status = more.status ?? 0;
    this.reason = more.reason ?? '';
    this.metadata = more.metadata ?? {};
  }
}

export type ErrorKind =
  | 'offline' // no answer, or the server is not ready: it can be tried again
  | 'signed-out'
  | 'forbidden'
  | 'missing'
  | 'conflict' // somebody wrote meanwhile
  | 'exists'
  | 'invalid'
  | 'too-large'
  | 'throttled'
  | 'compacted' // history that is kept no longer
  | 'unsupported'
  | 'internal';

const kinds: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  401: 'signed-out',
  403: 'forbidden',
  404: 'missing',
  409: 'exists',
  412: 'conflict',
  413: 'too-large',
  429: 'throttled',
  501: 'unsupported',
  502: 'offline',
  503: 'offline',
  504: 'offline',
};

const reasons: Readonly<Record<string, ErrorKind>> = {
  VERSION_MISMATCH: 'conflict',
  KEY_EXISTS: 'exists',
  ALIAS_EXISTS: 'exists',
  REVISION_COMPACTED: 'compacted',
  NOT_FOUND: 'missing',
  VERSION_NOT_FOUND: 'missing',
};

interface ErrorBody {
  readonly message?: unknown;
  readonly details?: readonly { readonly reason?: string; readonly metadata?: Record<string, string> }[];
}

/** The error of an answer that is none of 2xx. */
export async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const body: ErrorBody = await response.json().catch(() => ({}));
  const info = Array.isArray(body.details)
    ? body.details.find((detail) => typeof detail.reason === 'string')
    : undefined;
  const reason = info?.reason ?? '';
  const message = typeof body.message === 'string' && body.message !== '' ? body.message : `HTTP ${status}`;
  const kind = reasons[reason] ?? kinds[status] ?? 'internal';
  return new ApiError(kind, message, { status, reason, metadata: info?.metadata ?? {} });
}

export const isApiError = (error: unknown, kind?: ErrorKind): error is ApiError =>
  error instanceof ApiError && (kind === undefined || error.kind === kind);
