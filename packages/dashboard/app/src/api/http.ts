import { ApiError, errorOf } from './error.ts';
import { clientConfig, confirmSignedIn, credentials, session, signedOut } from './session.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The address of a path of the API; parameters that are undefined, empty, 0 or false are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const each of value) parameters.append(name, each);
    else if (value) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  const root = new URL(clientConfig().apiPath, document.baseURI).href;
  return `${root}${path.slice(1)}${text && `?${text}`}`;
}

export interface Call {
  readonly method?: string | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Asks for a secret's value, which the server may record; otherwise secrets come masked. */
  readonly reveal?: boolean | undefined;
}

/** The headers of every call. */
export const callHeaders = (): Record<string, string> => ({ ...credentials(), 'x-cfg-secrets': 'masked' });

/** Asks the API. Throws `ApiError`; an aborted call throws the signal's reason. */
export async function ask(url: string, { method = 'GET', body, signal, reveal = false }: Call = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...(reveal ? credentials() : callHeaders()) };
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const { count } = session.get();
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('offline', 'no answer from the server');
  }
  if (response.status === 401) signedOut(count);
  else if (response.ok) confirmSignedIn();
  if (!response.ok) throw await errorOf(response);
  return response;
}

export async function askJson<T>(url: string, call?: Call): Promise<T> {
  const response = await ask(url, call);
  try {
    return await response.json();
  } catch (error) {
    if (call?.signal?.aborted) throw error;
    throw new ApiError('offline', 'the answer broke off');
  }
}
