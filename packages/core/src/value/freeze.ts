/**
 * Freezes plain objects and arrays all the way down, without recursion: data may be nested as deeply as a parser
 * allows.
 */
export function freezeDeeply<T>(data: T): T {
  const open: unknown[] = [data];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const child of Object.values(next)) {
      if (typeof child === 'object' && child !== null) open.push(child);
    }
  }
  return data;
}
