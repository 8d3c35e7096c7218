/** How users of the dashboard sign in. */
export type DashboardAuthKind = 'hmac' | 'bearer' | 'none';

/** The options about the dashboard. */
export interface DashboardOptions {
  /** Whether the HTTP door serves the dashboard, below `/dashboard/`. Default true. */
  readonly dashboard?: boolean | undefined;
  /**
   * How users of the dashboard sign in: `hmac`, with a passphrase, for which they get a session cookie; `bearer`, with a
   * token that the guard knows; `none`, where the guard knows them by what their browsers send anyway (a client
   * certificate), or lets everybody in. Default: `none` without a guard, and `bearer` with one.
   *
   * With `hmac` and a guard, the guard is asked what {@link dashboardUser} may do. With `hmac` and no guard, whoever has
   * signed in may do everything, and nobody else anything, on both doors.
   */
  readonly dashboardAuth?: DashboardAuthKind | undefined;
  /** The passphrase of `hmac`. */
  readonly dashboardPassphrase?: string | undefined;
  /** A file with it. */
  readonly dashboardPassphraseFile?: string | undefined;
  /**
   * The secret that signs sessions of `hmac`, at least 32 bytes. Servers that share users share it. Default: a random one,
   * so that sessions end with the server.
   */
  readonly dashboardSecret?: string | undefined;
  /** A file with it. */
  readonly dashboardSecretFile?: string | undefined;
  /** Who a session of `hmac` is to the guard, and the author of what it changes. Default `dashboard`. */
  readonly dashboardUser?: string | undefined;
}

/** The name by which the user knows an option; errors use it. */
export type NameOf = (option: keyof DashboardOptions) => string;
