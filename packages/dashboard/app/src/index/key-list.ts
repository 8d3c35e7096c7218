import type { KeyChange, KeyInfo } from './key-info.ts';

/** The keys of a namespace in their order. The worker and the page hold one each, and make the same changes in it. */
export class KeyList {
  readonly infos: KeyInfo[] = [];
  readonly #keepDeleted: boolean;

  /** `keepDeleted`: deleted keys stay in the list, marked. */
  constructor(keepDeleted = false) {
    this.#keepDeleted = keepDeleted;
  }

  /** Adds keys that come after all that are there. */
  append(infos: readonly KeyInfo[]): void {
    for (const info of infos) this.infos.push(info);
  }

  /** Makes a change, unless what is there is as new. Returns whether it was made. */
  apply(change: KeyChange): boolean {
    const key = change.kind === 'set' ? change.info.key : change.key;
    const revision = change.kind === 'set' ? change.info.revision : change.revision;
    const at = this.lowerBound(key);
    const present = this.infos[at]?.key === key ? this.infos[at] : undefined;
    if (present && present.revision >= revision) return false;
    if (change.kind === 'set') this.infos.splice(at, present ? 1 : 0, change.info);
    else if (!present) return false;
    else if (this.#keepDeleted) this.infos.splice(at, 1, { ...present, revision, deleted: true });
    else this.infos.splice(at, 1);
    return true;
  }

  get(key: string): KeyInfo | undefined {
    const info = this.infos[this.lowerBound(key)];
    return info?.key === key ? info : undefined;
  }

  /** The place of the first key that is not less. */
  lowerBound(key: string): number {
    let [low, high] = [0, this.infos.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.infos[middle]?.key ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
