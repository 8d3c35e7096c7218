import { type Aliasing, ConfigError, can, isConfigError, type Store } from '@cfg/core';
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
import { resource } from '../checks.js';
import { aliasMessage } from '../entry.js';
import type { Environment } from '../environment.js';
import { invalidArgument, unsupported } from '../status.js';
import { type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

export function setAliasHandler({ store, authorizer }: Environment): Handler<SetAliasRequest, SetAliasResponse> {
  return async (request, call) => {
    requireAlias(request);
    const { alias, target } = request;
    if (target === '') throw invalidArgument('target is required');
    await authorizer.authorize(call, 'write', resource('', alias));
    const aliases = aliasing(store);
    await requireOneHop(aliases, alias, target, call);
    return { alias: aliasMessage(await aliases.setAlias(alias, target, storeOptions(call))) };
  };
}

export function deleteAliasHandler({
  store,
  authorizer,
}: Environment): Handler<DeleteAliasRequest, DeleteAliasResponse> {
  return async (request, call) => {
    requireAlias(request);
    await authorizer.authorize(call, 'delete', resource('', request.alias));
    await aliasing(store).deleteAlias(request.alias, storeOptions(call));
    return {};
  };
}

export function getAliasHandler({ store, authorizer }: Environment): Handler<GetAliasRequest, GetAliasResponse> {
  return async (request, call) => {
    requireAlias(request);
    await authorizer.authorize(call, 'read', resource('', request.alias));
    return { alias: aliasMessage(await aliasing(store).getAlias(request.alias, storeOptions(call))) };
  };
}

export function listAliasesHandler({
  store,
  authorizer,
}: Environment): Handler<ListAliasesRequest, ListAliasesResponse> {
  return async (_request, call) => {
    await authorizer.authorize(call, 'list', resource(''));
    const all = await aliasing(store).listAliases(storeOptions(call));
    const shown = await readable(authorizer, call, all, ({ alias }) => resource('', alias));
    const sorted = shown.toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
    return { aliases: sorted.map(aliasMessage) };
  };
}

function requireAlias({ alias }: { readonly alias: string }): void {
  if (alias === '') throw invalidArgument('alias is required');
}

function aliasing(store: Store): Store & Aliasing {
  if (!can(store, 'aliases')) throw unsupported('the store does not support aliases');
  return store;
}

/** An alias stands for a key, never for itself or another alias. Our stores see to it themselves; others may not. */
async function requireOneHop(aliases: Aliasing, alias: string, target: string, call: Call): Promise<void> {
  if (alias === target) throw new ConfigError('alias_self', `alias ${alias} cannot stand for itself`);
  const known = await aliases.getAlias(target, storeOptions(call)).catch((error: unknown) => {
    if (isConfigError(error, 'not_found')) return undefined;
    throw error;
  });
  if (known !== undefined) throw new ConfigError('alias_chain', `alias ${alias}: ${target} is an alias itself`);
}
