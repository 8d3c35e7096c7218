// The extensions that every editor of the page has: hand-picked parts of CodeMirror, coloured by the page's tokens.
import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { history, historyKeymap, indentWithTab, standardKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { Compartment, EditorState, type Extension, Prec, StateEffect } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  type KeyBinding,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { nonce } from '../state/nonce.ts';
import type { Language } from '../value/language.ts';
import { lint } from '../value/tools.ts';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.attributeName], color: 'var(--code-name)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.integer, tags.float], color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null, tags.keyword, tags.atom], color: 'var(--code-word)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--muted)' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--bg)', fontSize: '13px', height: '100%' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hover) 55%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: 'none' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--hover)', border: 'none', color: 'var(--muted)' },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-textfield': { backgroundColor: 'var(--bg)', border: '1px solid var(--line-strong)', borderRadius: '5px' },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--hover)',
    border: '1px solid var(--line)',
    borderRadius: '5px',
  },
  '.cm-changedText': { background: 'var(--code-changed)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--good-soft)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'var(--code-removed)' },
  '&.cm-merge-b .cm-changedText': { background: 'var(--code-added)' },
  '.cm-collapsedLines': { background: 'var(--sunken)', color: 'var(--muted)' },
});

/** Above this size colouring and folding cost more than they give. */
const plainFrom = 400_000;

const languageSlot = new Compartment();

/** Colours and folds the text of a view. JSON comes with the editor, other languages when they are needed. */
export async function colour(view: EditorView, language: Language): Promise<void> {
  if (view.state.doc.length > plainFrom) return;
  const support = await supportOf(language);
  view.dispatch({ effects: languageSlot.reconfigure(support) });
}

async function supportOf(language: Language): Promise<Extension> {
  if (language === 'json') return json();
  if (language === 'yaml') return (await import('@codemirror/lang-yaml')).yaml();
  if (language === 'toml') return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/toml')).toml);
  return [];
}

/** Searching comes when it is asked for; from then on its own keys are heeded. */
const search: KeyBinding = {
  key: 'Mod-f',
  run(view) {
    void import('@codemirror/search').then(({ openSearchPanel, searchKeymap }) => {
      view.dispatch({ effects: StateEffect.appendConfig.of(Prec.high(keymap.of(searchKeymap))) });
      openSearchPanel(view);
    });
    return true;
  },
};

/** The extensions that show text. */
export const reading: Extension = [
  EditorView.cspNonce.of(nonce),
  theme,
  syntaxHighlighting(colours),
  lineNumbers(),
  foldGutter(),
  codeFolding(),
  EditorView.lineWrapping,
  keymap.of([search, ...foldKeymap, ...standardKeymap]),
  languageSlot.of([]),
];

export const readOnly: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(true)];

/**
 * Types over a selection itself: Chromium would keep the style of what is replaced in a style attribute, which the page's
 * policy forbids and the console would complain about.
 */
const typingOver: Extension = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data, isComposing } = event;
    const [target] = event.getTargetRanges();
    const selection = document.getSelection();
    const range = target ?? (selection && selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined);
    if (inputType !== 'insertText' || !data || isComposing || !range || view.state.selection.ranges.length > 1)
      return false;
    // Of the document, not of the editor's state: that may be a moment behind.
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    if (from === to && data.length === 1) return false;
    const insert = () =>
      view.state.update({
        changes: { from, to, insert: data },
        selection: { anchor: from + data.length },
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** The extensions that edit text: undo, brackets, completion, faults in the margin. */
export function editing(language: Language, complete: CompletionSource): Extension {
  return [
    typingOver,
    history(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [complete], icons: false }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    lintGutter(),
    linter(
      async (view) => {
        const fault = await lint(language, view.state.doc.toString());
        const length = view.state.doc.length;
        if (fault === undefined) return [];
        const from = Math.min(fault.from, length);
        return [{ from, to: Math.min(Math.max(fault.to, from), length), severity: 'error', message: fault.message }];
      },
      { delay: 250 },
    ),
    // Tab leaves the editor after Escape, as CodeMirror does by itself.
    keymap.of([...closeBracketsKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
  ];
}
