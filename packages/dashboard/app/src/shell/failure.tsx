import { Component, type ReactNode } from 'react';
import { t } from '../i18n/translate.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/note.tsx';

/** Keeps a fault of one screen from taking the others along. */
export class Failure extends Component<{ children: ReactNode }, { error: unknown }> {
  override readonly state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="page">
        <ErrorNote error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
        <Button onClick={() => window.location.reload()}>{t('reload')}</Button>
      </div>
    );
  }
}
