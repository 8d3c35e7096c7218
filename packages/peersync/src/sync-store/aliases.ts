import {
  type Alias,
  type Aliasing,
  type CallOptions,
  ConfigError,
  isConfigError,
  type Store,
  type WriteOptions,
} from '@cfg/core';
import { aliasNotFound } from '@cfg/core/store';

type AliasStore = Store & Aliasing;

export interface AliasParts {
  readonly self: string;
  readonly local: AliasStore;
  /** All other nodes' stores, by id. */
  readonly others: () => Promise<ReadonlyMap<string, Store>>;
  readonly ringOwnerOf: (name: string) => string | undefined;
}

/**
 * Aliases over the whole cluster. An alias is made at the node that its name hashes to, as the original does; after the
 * members changed it is found wherever it was made.
 */
export class ClusterAliases {
  readonly #parts: AliasParts;

  constructor(parts: AliasParts) {
    this.#parts = parts;
  }

  async set(alias: string, target: string, options?: WriteOptions): Promise<Alias> {
    const all = await this.#all();
    // An alias made under another ring stands elsewhere; so may the one that would be its target.
    for (const [name, fault] of [
      [alias, 'alias_exists'],
      [target, 'alias_chain'],
    ] as const) {
      if (await this.#find(all, name, options)) throw new ConfigError(fault, `${name} is an alias already`);
    }
    return this.#at(all, this.#parts.ringOwnerOf(alias)).setAlias(alias, target, options);
  }

  async delete(alias: string, options?: WriteOptions): Promise<void> {
    const found = await this.#find(await this.#all(), alias, options);
    if (found === undefined) throw aliasNotFound(alias);
    await found.store.deleteAlias(alias, options);
  }

  async get(alias: string, options?: CallOptions): Promise<Alias> {
    const found = await this.#find(await this.#all(), alias, options);
    if (found === undefined) throw aliasNotFound(alias);
    return found.alias;
  }

  async list(options?: CallOptions): Promise<readonly Alias[]> {
    const lists = await Promise.all([...(await this.#all()).values()].map((store) => store.listAliases(options)));
    const byName = new Map(lists.flat().map((alias) => [alias.alias, alias]));
    return [...byName.values()].sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  async #all(): Promise<ReadonlyMap<string, AliasStore>> {
    const { self, local, others } = this.#parts;
    return new Map([[self, local], ...((await others()) as ReadonlyMap<string, AliasStore>)]);
  }

  #at(all: ReadonlyMap<string, AliasStore>, id: string | undefined): AliasStore {
    const store = all.get(id ?? this.#parts.self);
    if (store === undefined) throw new ConfigError('unavailable', `node ${id} is not there`);
    return store;
  }

  async #find(
    all: ReadonlyMap<string, AliasStore>,
    name: string,
    options: CallOptions = {},
  ): Promise<{ readonly store: AliasStore; readonly alias: Alias } | undefined> {
    const { signal, caller } = options;
    const found = await Promise.all(
      [...all.values()].map(async (store) => {
        try {
          return { store, alias: await store.getAlias(name, { signal, caller }) };
        } catch (error) {
          if (isConfigError(error, 'not_found')) return undefined;
          throw error;
        }
      }),
    );
    return found.find((each) => each !== undefined);
  }
}
