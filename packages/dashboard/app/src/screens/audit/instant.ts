/** The instant of a field `datetime-local`, in the zone that the page shows; undefined for none. */
export function instantOf(text: string, utc: boolean): string | undefined {
  const at = Date.parse(utc ? `${text}Z` : text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
