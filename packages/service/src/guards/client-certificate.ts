/** A TLS client certificate that the server's authorities have signed, as Node.js describes it. */
export interface ClientCertificate {
  /** `CN`, `O`, `OU`…; a list where the subject has one twice. */
  readonly subject: Readonly<Record<string, string | string[] | undefined>>;
  /** As in `DNS:shop.example.com, URI:spiffe://example.com/shop`. */
  readonly subjectaltname?: string | undefined;
  /** SHA-256 of the certificate, in hexadecimal pairs. */
  readonly fingerprint256: string;
}

/** A call's context, of a door that knows its callers' certificates. */
export interface WithCertificate {
  readonly certificate?: ClientCertificate | undefined;
}
