import type { ListCodecsRequest, ListCodecsResponse } from '@cfg/proto';
import { resource } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Handler } from './handler.js';

export function codecsHandler({ authorizer, settings }: Environment): Handler<ListCodecsRequest, ListCodecsResponse> {
  return async (_request, call) => {
    await authorizer.authorize(call, 'list', resource(''));
    return { codecs: settings.codecs.names() };
  };
}
