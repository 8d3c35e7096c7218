/** One document of a YAML stream: its text and where in the stream it begins. */
export interface YamlDocument {
  readonly text: string;
  readonly firstLine: number;
}

/** The start (`---`) or the end (`...`) of a document. No scalar of any style can have such a line in it. */
const markers = /(?<![^\n\r])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;

/** A line that is not blank, a comment or a directive. */
const content = /(?:^|[\n\r])(?!%)[ \t]*[^ \t\r\n#]/;

/** Cuts a stream into its documents, so that what is wrong in one is no fault of those before it. */
export function* splitYaml(stream: string): Generator<YamlDocument, void> {
  let start = 0;
  let firstLine = 1;
  let begun = false;
  const cut = (end: number): YamlDocument => {
    const document = { text: stream.slice(start, end), firstLine };
    firstLine += document.text.match(/\r\n?|\n/g)?.length ?? 0;
    start = end;
    return document;
  };
  for (const { 0: marker, index } of stream.matchAll(markers)) {
    begun ||= content.test(stream.slice(start, index));
    if (marker === '---') {
      if (begun) yield cut(index);
      begun = true;
    } else {
      const document = cut(index + marker.length);
      if (begun) yield document;
      begun = false;
    }
  }
  if (begun || content.test(stream.slice(start))) yield cut(stream.length);
}
