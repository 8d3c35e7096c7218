/**
 * The way from a page of the dashboard to its root, as a relative URL: `./`, `../`, `../../`. It is right wherever the
 * dashboard is mounted, and behind proxies that take a prefix off paths.
 *
 * @param url path and query within the dashboard, with a slash in front
 */
export function rootFrom(url: string): string {
  const depth = pathOf(url).split('/').length - 2;
  return depth <= 0 ? './' : '../'.repeat(depth);
}

/** The path without the query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** `url` if it is a path within the dashboard, where one may be sent after signing in; else the dashboard's root. */
export function pageWithin(url: string | undefined): string {
  if (url === undefined || url.length > 4_000 || !/^\/(?![/\\])[!-~]*$/.test(url)) return '/';
  const root = 'http://a/b/';
  const target = URL.canParse(`.${url}`, root) ? new URL(`.${url}`, root).href : '';
  return target.startsWith(root) ? url : '/';
}
