/** Who calls, as the guard's `authenticate` found out. */
export interface Identity {
  /** Empty for an anonymous caller. It is kept as the author of what the caller writes: at most 256 characters. */
  readonly userId: string;
  /** Further attributes of the caller: roles, a tenant, a token's claims. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A caller about whom nothing is known. */
export const anonymous: Identity = { userId: '', claims: {} };
