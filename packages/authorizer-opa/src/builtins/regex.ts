import { LRUCache } from 'lru-cache';
import { type Matcher, RE2JS } from 're2js';
import { type Builtins, stringAt, wholeAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';

// RE2, as in OPA: no expression takes more than linear time.

const compiled = new LRUCache<string, RE2JS>({ max: 100 });

export const regexBuiltins: Builtins = {
  'regex.find_n': (args) => {
    const [expression, text, count] = [compile(stringAt(args, 0)), stringAt(args, 1), wholeAt(args, 2)];
    return matches(expression, text, count < 0 ? Number.POSITIVE_INFINITY : count).map(([start, end]) =>
      text.slice(start, end),
    );
  },
  'regex.split': (args) => split(compile(stringAt(args, 0)), stringAt(args, 1)),
  'regex.replace': (args) => replace(stringAt(args, 0), compile(stringAt(args, 1)), stringAt(args, 2)),
  'regex.template_match': (args) => {
    const delimiters = [stringAt(args, 2), stringAt(args, 3)] as const;
    for (const delimiter of delimiters) {
      if (Buffer.byteLength(delimiter) !== 1) throw new BuiltinError('a delimiter must be one character');
    }
    return compile(templateExpression(stringAt(args, 0), ...delimiters))
      .matcher(stringAt(args, 1))
      .find();
  },
};

function compile(expression: string): RE2JS {
  let made = compiled.get(expression);
  if (made === undefined) {
    try {
      made = RE2JS.compile(expression);
    } catch (cause) {
      throw new BuiltinError(`not a regular expression: ${expression}`, { cause });
    }
    compiled.set(expression, made);
  }
  return made;
}

type Span = readonly [start: number, end: number, matcher: Matcher];

/** The matches one after the other; an empty one right after another does not count. As Go's `FindAll`. */
function matches(expression: RE2JS, text: string, most = Number.POSITIVE_INFINITY): Span[] {
  const found: Span[] = [];
  let last = -1;
  for (let at = 0; at <= text.length && found.length < most; ) {
    const matcher = expression.matcher(text);
    if (!matcher.find(at)) break;
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start || start !== last) found.push([start, end, matcher]);
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    last = end;
  }
  return found;
}

function split(expression: RE2JS, text: string): string[] {
  if (text === '') return [''];
  const parts: string[] = [];
  let begin = 0;
  let cut = 0;
  for (const [start, end] of matches(expression, text)) {
    cut = start;
    if (end !== 0) {
      parts.push(text.slice(begin, start));
    }
    begin = end;
  }
  if (cut !== text.length) parts.push(text.slice(begin));
  return parts;
}

function replace(text: string, expression: RE2JS, template: string): string {
  let result = '';
  let at = 0;
  for (const [start, end, matcher] of matches(expression, text)) {
    result += text.slice(at, start) + expand(template, matcher);
    at = end;
  }
  return result + text.slice(at);
}

/** Go's templates: `$1`, `$name`, `${name}`, `$$`. A group that there is not is empty. */
function expand(template: string, matcher: Matcher): string {
  return template.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar: string | undefined, bare, braced) =>
    dollar === undefined ? groupOf(matcher, bare ?? braced) : dollar,
  );
}

function groupOf(matcher: Matcher, name: string): string {
  if (!/^\d+$/.test(name)) return matcher.getNamedGroups()[name] ?? '';
  return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
}

/** The expression that a template stands for: what is between the delimiters is one, the rest is literal. */
function templateExpression(template: string, open: string, close: string): string {
  let expression = '^';
  let level = 0;
  let from = 0;
  for (let at = 0; at < template.length; at += 1) {
    if (template[at] === open) {
      if (level++ > 0) continue;
      expression += RE2JS.quote(template.slice(from, at));
      from = at + 1;
    } else if (template[at] === close) {
      if (--level > 0) continue;
      if (level < 0) break;
      const part = template.slice(from, at);
      compile(`^${part}$`);
      expression += `(${part})`;
      from = at + 1;
    }
  }
  if (level !== 0) throw new BuiltinError(`unbalanced braces in ${template}`);
  return `${expression}${RE2JS.quote(template.slice(from))}$`;
}
