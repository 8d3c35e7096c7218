/** A TLS client certificate that the server's authorities have signed, as Node.js describes it. */
export interface ClientCertificate {
  /** `CN`, `O`, `OU`…; a list where the subject has one twice. */
  readonly subject: Readonly<Record<string, string | string[] | undefined>>;
  /** As in `DNS:shop.example.com, URI:spiffe://example.com/shop`. */
  readonly subjectaltname?: string | undefined;
  /** SHA-256 of the certificate, in hexadecimal pairs. */
  readonly fingerprint256: string;
}

/** Where a door puts a call's certificate: on the context that it makes. */
export const certificateOf: unique symbol = Symbol.for('cfg.certificate') as never;
