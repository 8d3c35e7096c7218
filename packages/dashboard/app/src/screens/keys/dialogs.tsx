import { lazy, Suspense } from 'react';
import type { KeyIndex } from '../../index/key-index.ts';
import { useStore } from '../../state/store.ts';
import { answer, asked } from './asked.ts';

const CreateDialog = lazy(() => import('./dialogs/create-dialog.tsx'));
const MoveDialog = lazy(() => import('./dialogs/move-dialog.tsx'));
const CopyDialog = lazy(() => import('./dialogs/copy-dialog.tsx'));
const DeleteDialog = lazy(() => import('./dialogs/delete-dialog.tsx'));
const ExpiryDialog = lazy(() => import('./dialogs/expiry-dialog.tsx'));
const AliasDialog = lazy(() => import('./dialogs/alias-dialog.tsx'));
const ExportDialog = lazy(() => import('../import/export-dialog.tsx'));

/** The dialog that was asked for. */
export function Dialogs({ namespace, index }: { namespace: string; index: KeyIndex | undefined }) {
  const question = useStore(asked);
  return <Suspense>{question && index && dialogOf(question, namespace, index)}</Suspense>;
}

function dialogOf(question: NonNullable<ReturnType<typeof asked.get>>, namespace: string, index: KeyIndex) {
  const common = { namespace, index, onClose: answer };
  switch (question.kind) {
    case 'create':
      return <CreateDialog {...common} from={question.from ?? ''} />;
    case 'move':
      return <MoveDialog {...common} name={question.key} />;
    case 'copy':
      return <CopyDialog {...common} keys={question.keys} />;
    case 'delete':
      return <DeleteDialog {...common} keys={question.keys} />;
    case 'expiry':
      return <ExpiryDialog {...common} name={question.key} />;
    case 'alias':
      return <AliasDialog {...common} name={question.key} />;
    case 'export':
      return <ExportDialog namespace={namespace} keys={question.keys} onClose={answer} />;
  }
}
