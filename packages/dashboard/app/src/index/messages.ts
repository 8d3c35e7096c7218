import type { ErrorKind } from '../api/error.ts';
import type { KeyChange, KeyInfo } from './key-info.ts';

/** The content to show. */
export interface View {
  readonly filter: string;
  readonly mode: 'tree' | 'list';
  /** Paths of folders that are open; while there is a filter, all are. */
  readonly expanded: readonly string[];
}

export interface Source {
  /** The address of the list, without limit and cursor. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly keepDeleted: boolean;
}

/** From the page to the worker. */
export type Request =
  | { readonly type: 'load'; readonly load: number; readonly source: Source; readonly view: View }
  | { readonly type: 'apply'; readonly load: number; readonly changes: readonly KeyChange[] }
  | { readonly type: 'view'; readonly load: number; readonly view: View };

/** From the worker to the page. Each tells what changed in the list, and the rows that follow from it. */
export type Reply =
  | {
      readonly type: 'changed';
      readonly load: number;
      readonly appended: readonly KeyInfo[];
      readonly changes: readonly KeyChange[];
      readonly rows: Int32Array<ArrayBuffer>;
      readonly matches: number;
      readonly view: View;
      readonly complete: boolean;
      /** The first page's, from which changes are to be followed; 0: none yet. */
      readonly revision: number;
      readonly logId: string;
    }
  | {
      readonly type: 'failed';
      readonly load: number;
      readonly kind: ErrorKind;
      readonly status: number;
      readonly message: string;
    };
