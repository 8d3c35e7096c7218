/**
 * The stored record of a node about a namespace: its right to write, or who has it as far as this node knows. The ring
 * says where to go, the lease says who may write. Terms rise with every holder.
 */
export type Lease =
  /** This node holds the namespace: it alone may write. */
  | { readonly is: 'owned'; readonly term: number }
  /** `to` holds the namespace, and may write from `term` on. The copy here is read-only; `partial`: not whole yet. */
  | { readonly is: 'handed'; readonly to: string; readonly term: number; readonly partial?: boolean }
  /** The namespace is being taken over from `from`, who still holds it at `term`. */
  | { readonly is: 'receiving'; readonly from: string; readonly term: number }
  /** Nobody was known to hold the namespace, and `to` may begin it at `term`. So might, before, those in `earlier`. */
  | { readonly is: 'promised'; readonly to: string; readonly term: number; readonly earlier: readonly string[] };

/** Who holds the namespace, as a node knows it. */
export interface Holder {
  readonly by: string;
  readonly term: number;
}

/** Whoever the lease, kept by `self`, says is the holder. Undefined: nobody, as far as is known. */
export function holderBy(lease: Lease | undefined, self: string): Holder | undefined {
  switch (lease?.is) {
    case 'owned':
      return { by: self, term: lease.term };
    case 'handed':
      return { by: lease.to, term: lease.term };
    case 'receiving':
      return { by: lease.from, term: lease.term };
    default:
      return undefined;
  }
}
