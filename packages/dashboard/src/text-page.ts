import type { ServerResponse } from 'node:http';

/** Sends a page of a few words. `title`, `text` and `head` are HTML. */
export function textPage(response: ServerResponse, status: number, title: string, text: string, head = ''): void {
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">${head}<title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>
`;
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'cache-control': 'no-store',
    })
    .end(page);
}
