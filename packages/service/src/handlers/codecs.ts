import type { ListCodecsRequest, ListCodecsResponse } from '@cfg/proto';
import type { Environment } from '../environment.js';
import { asked, type Handler } from './handler.js';

export const codecsHandler = ({ settings }: Environment): Handler<ListCodecsRequest, ListCodecsResponse> => ({
  asks: () => [asked('list', '')],
  answer: () => ({ codecs: settings.codecs.names() }),
});
