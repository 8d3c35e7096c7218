import {
  type DocumentEvent,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml';
import { type ConfigError, isConfigError } from '../contract/errors.js';
import { invalidValue, maxDepth, type Place, placeOf, tooDeep, UnreadableValue } from './codec.js';
import { maxMarks } from './marks.js';
import { define } from './plain-data.js';
import type { YamlDocument } from './yaml-documents.js';
import { indentFlow } from './yaml-indentation.js';
import { resolvePlain, resolveTagged, UnreadNumber } from './yaml-scalars.js';

/** The data of one document. */
export function composeYaml({ text, firstLine }: YamlDocument): unknown {
  try {
    return new Composer({ text, firstLine }, parseEvents(text, { maxDepth })).compose();
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation') throw refusal(error, firstLine);
  }
  try {
    const indented = indentFlow(text);
    return new Composer({ text: indented, firstLine }, parseEvents(indented, { maxDepth })).compose();
  } catch (error) {
    throw refusal(error, firstLine);
  }
}

function refusal(error: unknown, firstLine: number): ConfigError {
  if (isConfigError(error)) return error;
  // The stack is too small for that depth where this is called.
  if (!(error instanceof YAMLException) || error.reason.startsWith('nesting exceeded')) return tooDeep('yaml');
  const { line = 0, column = 0 } = error.mark ?? {};
  return invalidValue('not valid yaml', { line: firstLine + line, column: column + 1 });
}

interface Node {
  readonly data: unknown;
  /** How many nodes it has, those that aliases repeat counted each time. */
  readonly size: number;
  /** Of a scalar: its text, which is what it is as a key. */
  readonly text?: string | undefined;
}

type NodeEvent = ScalarEvent | SequenceEvent | MappingEvent;

/** An escape of a character after the last; the parser makes two others of it. */
const beyondUnicode = /(?<!\\)(?:\\\\)*\\U(?!000|0010)/;

const yamlTag = 'tag:yaml.org,2002:';

/** Makes data of a document's events. The depth is bounded by the parser. */
class Composer {
  readonly #document: YamlDocument;
  readonly #events: Event[];
  readonly #anchors = new Map<string, Node>();
  readonly #handles = new Map([['!!', yamlTag]]);
  #next = 0;
  #repeated = 0;

  constructor(document: YamlDocument, events: Event[]) {
    this.#document = document;
    this.#events = events;
  }

  compose(): unknown {
    const document = this.#events[this.#next];
    if (document?.type !== EVENT_ID.DOCUMENT) return null;
    this.#next += 1;
    for (const directive of (document as DocumentEvent).directives) {
      if (directive.kind === 'tag') this.#handles.set(directive.handle, directive.prefix);
    }
    return this.#events[this.#next]?.type === EVENT_ID.POP ? null : this.#node().data;
  }

  #node(isKey = false): Node {
    const event = this.#events[this.#next] as Event;
    this.#next += 1;
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd);
    const tagged = event as NodeEvent;
    const node =
      tagged.type === EVENT_ID.SCALAR
        ? this.#scalar(tagged, isKey)
        : tagged.type === EVENT_ID.SEQUENCE
          ? this.#sequence(tagged)
          : this.#mapping(tagged);
    if (tagged.anchorStart >= 0) this.#anchors.set(this.#slice(tagged.anchorStart, tagged.anchorEnd), node);
    return node;
  }

  #alias(start: number, end: number): Node {
    const node = this.#anchors.get(this.#slice(start, end));
    // An anchor is known once its node is whole, so no node can contain itself.
    if (node === undefined) throw invalidValue('yaml has an alias without an anchor before it', this.#place(start));
    this.#repeat(node.size, start);
    return node;
  }

  #repeat(size: number, position: number): void {
    this.#repeated += size;
    if (this.#repeated <= maxMarks) return;
    throw new UnreadableValue('yaml repeats too much through aliases', this.#place(position));
  }

  #scalar(event: ScalarEvent, isKey: boolean): Node {
    const text = this.#textOf(event);
    const tag = this.#tag(event);
    const position = event.valueStart < 0 ? event.tagStart : event.valueStart;
    let data: unknown = text;
    if (tag !== undefined && tag !== 'merge') {
      data = resolveTagged(tag, text);
      if (data === undefined) throw new UnreadableValue('a yaml tag does not fit', this.#place(position));
    } else if (event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0 && !isKey) data = resolvePlain(text);
    if (data instanceof UnreadNumber) throw new UnreadableValue(`a number is ${data.fault}`, this.#place(position));
    return { data, size: 1, text };
  }

  #textOf(event: ScalarEvent): string {
    const { text: source } = this.#document;
    const text = getScalarValue(source, event);
    if (event.style === SCALAR_STYLE.DOUBLE_QUOTED && text !== '' && !event.fast) {
      if (!text.isWellFormed() || beyondUnicode.test(this.#slice(event.valueStart, event.valueEnd))) {
        throw invalidValue('yaml escapes what is no character', this.#place(event.valueStart));
      }
    }
    // A block that the document ends without a line end has none either; the parser adds one.
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const isCut = isBlock && event.valueEnd >= source.length && !/[\n\r]$/.test(source);
    return isCut && text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  #sequence(event: SequenceEvent): Node {
    this.#expectTag(event, 'seq');
    const data: unknown[] = [];
    let size = 1;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const item = this.#node();
      data.push(item.data);
      size += item.size;
    }
    this.#next += 1;
    return { data, size };
  }

  #mapping(event: MappingEvent): Node {
    this.#expectTag(event, 'map');
    const data = {};
    const merged: object[] = [];
    let merges = false;
    let size = 1;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const keyEvent = this.#events[this.#next] as Event;
      const isMerge = this.#isMerge(keyEvent);
      const key = this.#node(true);
      const value = this.#node();
      size += key.size + value.size;
      if (isMerge) {
        if (merges) throw this.#sameKey(keyEvent);
        merges = true;
        merged.push(...this.#mergedMaps(value, keyEvent));
        // Its members become this mapping's own.
        this.#repeat(value.size, positionOf(keyEvent));
      } else if (key.text === undefined) {
        throw new UnreadableValue('yaml has a list or a map as a key', this.#place(positionOf(keyEvent)));
      } else {
        if (Object.hasOwn(data, key.text)) throw this.#sameKey(keyEvent);
        define(data, key.text, value.data);
      }
    }
    this.#next += 1;
    for (const source of merged) {
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(data, key)) define(data, key, value);
    }
    return { data, size };
  }

  /** `<<`, plain or tagged as one: the members of its value are also this mapping's. */
  #isMerge(event: Event): boolean {
    if (event.type !== EVENT_ID.SCALAR) return false;
    const { style, tagStart, valueStart, valueEnd } = event as ScalarEvent;
    if (this.#slice(valueStart, valueEnd) !== '<<') return false;
    return tagStart < 0 ? style === SCALAR_STYLE.PLAIN : this.#tag(event as ScalarEvent) === 'merge';
  }

  #mergedMaps({ data }: Node, event: Event): object[] {
    const maps: unknown[] = Array.isArray(data) ? data : [data];
    for (const map of maps) {
      if (typeof map === 'object' && map !== null && !Array.isArray(map)) continue;
      throw invalidValue('yaml merges what is no map', this.#place(positionOf(event)));
    }
    return maps as object[];
  }

  #sameKey = (event: Event): ConfigError =>
    invalidValue('yaml has the same key twice in a map', this.#place(positionOf(event)));

  #expectTag(event: SequenceEvent | MappingEvent, name: string): void {
    const tag = this.#tag(event);
    if (tag === undefined || tag === name) return;
    throw new UnreadableValue('a yaml tag does not fit', this.#place(event.tagStart));
  }

  /** The short name of a tag of YAML's core schema; `undefined` for none, and for `!`, which means: as it is. */
  #tag({ tagStart, tagEnd }: NodeEvent): string | undefined {
    const raw = tagStart < 0 ? '!' : this.#slice(tagStart, tagEnd);
    if (raw === '!') return undefined;
    const tag = this.#fullTag(raw);
    const name = tag.startsWith(yamlTag) ? tag.slice(yamlTag.length) : '';
    if (/^(?:str|int|float|bool|null|seq|map|merge)$/.test(name)) return name;
    // Without what the tag means, the data would not be what was written.
    throw new UnreadableValue('yaml has a tag that is not of its core schema', this.#place(tagStart));
  }

  #fullTag(raw: string): string {
    if (raw.startsWith('!<')) return raw.slice(2, -1);
    const handle = /^!(?:[\w-]*!)?/.exec(raw)?.[0] ?? '!';
    return (this.#handles.get(handle) ?? handle) + decodeURIComponent(raw.slice(handle.length));
  }

  #slice(start: number, end: number): string {
    return start < 0 ? '' : this.#document.text.slice(start, end);
  }

  #place = (position: number): Place => placeOf(this.#document.text, position, this.#document.firstLine);
}

const positionOf = (event: Event): number =>
  'valueStart' in event
    ? event.valueStart
    : 'start' in event
      ? event.start
      : 'anchorStart' in event
        ? event.anchorStart
        : 0;
