/** The claims of a token, as its payload has them. */
export type Claims = Readonly<Record<string, unknown>>;
