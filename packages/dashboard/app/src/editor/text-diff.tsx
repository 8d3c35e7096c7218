import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Language } from '../value/language.ts';
import { colour, reading, readOnly } from './codemirror.ts';

export interface TextDiffProps {
  readonly left: string;
  readonly right: string;
  readonly leftTitle: string;
  readonly rightTitle: string;
  readonly language: Language;
}

const unchanged = { margin: 3, minSize: 6 };
const limits = { scanLimit: 500, timeout: 200 };

/** Two texts line by line: old left, new right; on a small screen one below the other. */
export default function TextDiff({ left, right, leftTitle, rightTitle, language }: TextDiffProps) {
  const home = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = home.current;
    if (parent === null) return;
    const shown = (label: string) => [reading, readOnly, EditorView.contentAttributes.of({ 'aria-label': label })];
    if (matchMedia('(max-width: 760px)').matches) {
      const unified = unifiedMergeView({
        original: left,
        mergeControls: false,
        collapseUnchanged: unchanged,
        diffConfig: limits,
      });
      const state = EditorState.create({ doc: right, extensions: [shown(rightTitle), unified] });
      const view = new EditorView({ parent, state });
      void colour(view, language);
      return () => view.destroy();
    }
    const view = new MergeView({
      parent,
      a: { doc: left, extensions: shown(leftTitle) },
      b: { doc: right, extensions: shown(rightTitle) },
      collapseUnchanged: unchanged,
      diffConfig: limits,
    });
    void colour(view.a, language);
    void colour(view.b, language);
    return () => view.destroy();
  }, [left, right, leftTitle, rightTitle, language]);
  return <div className="text-diff" ref={home} />;
}
