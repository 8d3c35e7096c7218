import type { CallerCertificate } from '@cfg/core';

/** A TLS client certificate that the server's authorities have signed, as Node.js describes it. */
export type ClientCertificate = CallerCertificate;

/** A call's context, of a door that knows its callers' certificates. */
export interface WithCertificate {
  readonly certificate?: ClientCertificate | undefined;
}
