import { clientConfig, credentials } from './session.ts';

/** Somebody else who has the key on the screen. */
export interface Other {
  /** Empty: nobody knows. */
  readonly userId: string;
  readonly isEditing: boolean;
}

export interface Said {
  readonly namespace: string;
  readonly key: string;
  readonly isEditing: boolean;
  readonly isGone?: boolean | undefined;
}

/** Of this page. */
const id = crypto.randomUUID();

/** Whether the server knows who looks at what. */
export const hasPresence = (): boolean => clientConfig().presence === true;

/** Says where this page is. Returns who else is there; nobody where the server does not tell, for it is only a hint. */
export async function sayPresence(said: Said): Promise<readonly Other[]> {
  try {
    const response = await fetch(new URL('presence', document.baseURI), {
      method: 'POST',
      headers: { ...credentials(), 'content-type': 'application/json' },
      credentials: 'same-origin',
      body: JSON.stringify({ ...said, id }),
      keepalive: said.isGone === true,
    });
    if (!response.ok) return [];
    const { others }: { others: readonly Other[] } = await response.json();
    return others;
  } catch {
    return [];
  }
}
