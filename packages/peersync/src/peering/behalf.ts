import { type Caller, type CallerCertificate, ConfigError } from '@cfg/core';

/**
 * The header by which a node says for whom it sends a call on, where the caller's own credential cannot go with it: a TLS
 * certificate, a session. Base64url of the JSON of a {@link Behalf}.
 */
export const behalfHeader = 'cfg-on-behalf-of';

/** For whom a call is made. A certificate, or the name of a user; neither: an anonymous caller. */
export interface Behalf {
  readonly certificate?: CallerCertificate | undefined;
  readonly user?: string | undefined;
}

const texts = new WeakMap<CallerCertificate, string>();
const anonymous = encode({});

/** The header of a call that is made for this caller. Empty without one: the node makes it for itself. */
export function behalfOf(caller: Caller | undefined): string {
  if (caller === undefined) return '';
  const { certificate, identity } = caller;
  if (certificate === undefined) return identity?.userId ? encode({ user: identity.userId }) : anonymous;
  let text = texts.get(certificate);
  if (text === undefined) {
    const { subject, subjectaltname, fingerprint256 } = certificate;
    text = encode({ certificate: { subject, subjectaltname, fingerprint256 } });
    texts.set(certificate, text);
  }
  return text;
}

function encode(behalf: Behalf): string {
  return Buffer.from(JSON.stringify(behalf)).toString('base64url');
}

/** Throws `invalid_argument` for a text that is none, without repeating it. */
export function parseBehalf(text: string): Behalf {
  const { user, certificate, ...others } = objectOf(parsed(text));
  if (Object.keys(others).length > 0 || (user !== undefined && certificate !== undefined)) throw malformed();
  if (user !== undefined) {
    if (typeof user !== 'string' || user === '' || user.length > 256) throw malformed();
    return { user };
  }
  return certificate === undefined ? {} : { certificate: certificateOf(objectOf(certificate)) };
}

function certificateOf({
  subject,
  subjectaltname,
  fingerprint256,
}: Readonly<Record<string, unknown>>): CallerCertificate {
  const fields = Object.entries(objectOf(subject));
  const isText = (value: unknown): boolean => typeof value === 'string';
  const isField = ([, value]: [string, unknown]): boolean =>
    isText(value) || (Array.isArray(value) && value.every(isText));
  if (!fields.every(isField) || typeof fingerprint256 !== 'string') throw malformed();
  if (subjectaltname !== undefined && typeof subjectaltname !== 'string') throw malformed();
  return { subject: Object.fromEntries(fields) as CallerCertificate['subject'], subjectaltname, fingerprint256 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw malformed();
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Readonly<Record<string, unknown>>;
}

const malformed = (): ConfigError => new ConfigError('invalid_argument', `the header ${behalfHeader} is malformed`);
