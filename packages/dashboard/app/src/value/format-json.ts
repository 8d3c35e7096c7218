/**
 * Lays JSON out with two spaces, token by token: numbers, texts and repeated keys stay as they are written. Returns the
 * text itself if it is not JSON.
 */
export function formatJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  if (tokens === null || !isJson(text)) return text;
  const parts: string[] = [];
  let depth = 0;
  const breakLine = (): void => {
    parts.push('\n', '  '.repeat(depth));
  };
  for (const [at, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      parts.push(token);
      const next = tokens[at + 1];
      if (next === '}' || next === ']') continue;
      depth += 1;
      breakLine();
    } else if (token === '}' || token === ']') {
      const before = tokens[at - 1];
      if (before !== '{' && before !== '[') {
        depth -= 1;
        breakLine();
      }
      parts.push(token);
    } else if (token === ',') {
      parts.push(token);
      breakLine();
    } else parts.push(token === ':' ? ': ' : token);
  }
  return parts.join('');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON in one line where it is short, else laid out: how a value is shown in a table. */
export function briefJson(text: string, maxLength = 80): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}
