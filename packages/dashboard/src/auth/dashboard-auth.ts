import type { GuardContext, HttpHandler, Identity } from '@cfg/service';

/** The page's configuration of how its user signs in. It is public: no secret belongs here. */
export interface ClientConfig {
  /**
   * `none`, `cookie`, `bearer` or `hmac`, which the page knows; one that it does not know it takes for `cookie`: the
   * browser sends by itself what is needed.
   */
  readonly strategy: string;
  /** Where one signs in: a URL, or a path within the dashboard, without a slash in front. */
  readonly loginPath?: string | undefined;
  /** Where one signs out, by a POST; as {@link loginPath}. */
  readonly logoutPath?: string | undefined;
}

/**
 * How users of the dashboard sign in. {@link cookieAuth}, {@link bearerTokenAuth}, {@link hmacAuth} and {@link noAuth}
 * are such strategies; one of your own is any object with `middleware` and `clientConfig`.
 */
export interface DashboardAuth {
  /**
   * Asked about every request for the page, but not for the files of its script and style, which hold no data: lets it
   * through by calling `next`, or responds itself. `request.url` begins at the dashboard, `/` is the page; `originalUrl`
   * is the whole path.
   */
  readonly middleware: HttpHandler;
  readonly clientConfig: ClientConfig;
  /**
   * Who calls the API with this strategy's credential, for {@link sessionGuard}: an identity, or undefined where the call
   * has no such credential. Throws a `ConfigError` `unauthenticated` for one that is not good (any more). Without this
   * function the API knows callers by its own guard alone.
   */
  readonly authenticate?: (context: GuardContext) => Identity | undefined | Promise<Identity | undefined>;
}

/** Tells whose credential it is; undefined: nobody's. What it throws is a fault, and nobody comes in. */
export type Validate = (credential: string) => Identity | undefined | Promise<Identity | undefined>;
