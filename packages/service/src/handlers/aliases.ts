import { type Aliasing, can, isConfigError, type Store } from '@cfg/core';
import { checkAlias } from '@cfg/core/store';
import type {
  DeleteAliasRequest,
  DeleteAliasResponse,
  GetAliasRequest,
  GetAliasResponse,
  ListAliasesRequest,
  ListAliasesResponse,
  SetAliasRequest,
  SetAliasResponse,
} from '@cfg/proto';
import type { Call } from '../call.js';
import { aliasMessage } from '../entry.js';
import type { Environment } from '../environment.js';
import { invalidArgument, unsupported } from '../status.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';
import { writeOptions } from './write-request.js';

export const setAliasHandler = ({ store }: Environment): Handler<SetAliasRequest, SetAliasResponse> => ({
  asks(request) {
    requireAlias(request);
    if (request.target === '') throw invalidArgument('target is required');
    return [asked('write', '', request.alias)];
  },
  async answer({ alias, target }, call) {
    const aliases = aliasing(store);
    await requireOneHop(aliases, alias, target, call);
    const made = await aliases.setAlias(alias, target, writeOptions(store, call));
    call.written = [{ operation: 'alias_set', namespace: '', key: alias, target }];
    return { alias: aliasMessage(made) };
  },
});

export const deleteAliasHandler = ({ store }: Environment): Handler<DeleteAliasRequest, DeleteAliasResponse> => ({
  asks(request) {
    requireAlias(request);
    return [asked('delete', '', request.alias)];
  },
  async answer({ alias }, call) {
    await aliasing(store).deleteAlias(alias, writeOptions(store, call));
    call.written = [{ operation: 'alias_delete', namespace: '', key: alias }];
    return {};
  },
});

export const getAliasHandler = ({ store }: Environment): Handler<GetAliasRequest, GetAliasResponse> => ({
  asks(request) {
    requireAlias(request);
    return [asked('read', '', request.alias)];
  },
  async answer({ alias }, call) {
    return { alias: aliasMessage(await aliasing(store).getAlias(alias, storeOptions(call))) };
  },
});

export const listAliasesHandler = ({ store }: Environment): Handler<ListAliasesRequest, ListAliasesResponse> => ({
  asks: () => [asked('list', '')],
  async answer(_request, call) {
    const all = await aliasing(store).listAliases(storeOptions(call));
    const shown = await readable(call, all, ({ alias }) => asked('read', '', alias));
    const sorted = shown.toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
    return { aliases: sorted.map(aliasMessage) };
  },
});

function requireAlias({ alias }: { readonly alias: string }): void {
  if (alias === '') throw invalidArgument('alias is required');
}

function aliasing(store: Store): Store & Aliasing {
  if (!can(store, 'aliases')) throw unsupported('the store does not support aliases');
  return store;
}

/** An alias stands for a key, never for itself or another alias. Our stores see to it themselves; others may not. */
async function requireOneHop(aliases: Aliasing, alias: string, target: string, call: Call): Promise<void> {
  const known = await aliases.getAlias(target, storeOptions(call)).catch((error: unknown) => {
    if (isConfigError(error, 'not_found')) return undefined;
    throw error;
  });
  checkAlias(alias, target, { isAlias: false, isTarget: false, isKey: false, isTargetAlias: known !== undefined });
}
