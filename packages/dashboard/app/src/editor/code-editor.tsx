import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Language } from '../value/language.ts';
import { colour, editing, reading, readOnly } from './codemirror.ts';

export interface CodeEditorProps {
  /** Its name for screen readers. */
  readonly label: string;
  /** Its text; a text that it has not reported itself replaces the present one. */
  readonly text: string;
  readonly language: Language;
  /** Without it the text is only shown. */
  readonly onChange?: ((text: string) => void) | undefined;
  /** Words to complete. */
  readonly words?: readonly string[] | undefined;
  readonly focus?: boolean | undefined;
}

/** An editor of a value's text. Loaded when it is first needed. */
export default function CodeEditor({ label, text, language, onChange, words = [], focus = false }: CodeEditorProps) {
  const home = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, words, text });
  latest.current = { onChange, words, text };
  const isReadOnly = onChange === undefined;

  useEffect(() => {
    if (home.current === null) return;
    const complete = (context: CompletionContext): CompletionResult | null => {
      const word = context.matchBefore(/[\w.\-/]+/);
      if (word === null && !context.explicit) return null;
      const options = latest.current.words.map((label) => ({ label, type: 'property' }));
      return { from: word?.from ?? context.pos, options, validFor: /^[\w.\-/]*$/ };
    };
    const start = latest.current.text;
    const editor = new EditorView({
      parent: home.current,
      state: EditorState.create({
        doc: start,
        extensions: [
          reading,
          isReadOnly ? readOnly : editing(language, complete),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.onChange?.(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    void colour(editor, language);
    if (focus) editor.focus();
    return () => editor.destroy();
  }, [label, language, isReadOnly, focus]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  return <div className="code" ref={home} />;
}
