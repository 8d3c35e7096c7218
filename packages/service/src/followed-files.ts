import { statSync } from 'node:fs';

/**
 * Looks at files again and again, and says when one of them has changed since this was made: by time, size and inode,
 * so that a file that is replaced counts, and one behind a link that is turned elsewhere. Does not keep the process
 * alive.
 */
export class FollowedFiles implements Disposable {
  readonly #files: readonly string[];
  readonly #timer: NodeJS.Timeout;
  #stamp: string;

  /** @param pollIntervalMs 1 to 2³¹ − 1 */
  constructor(files: readonly string[], pollIntervalMs: number, onChange: () => void) {
    this.#files = files;
    this.#stamp = this.#look();
    this.#timer = setInterval(() => {
      const stamp = this.#look();
      if (stamp === this.#stamp) return;
      this.#stamp = stamp;
      onChange();
    }, pollIntervalMs).unref();
  }

  /** Twice is fine. */
  close(): void {
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #look(): string {
    return this.#files.map(stampOf).join('\n');
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}
