import type { ConfigServiceDefinition } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import { admitted } from '../admission.js';
import { errorReply } from '../error-reply.js';
import type { Endpoint, Exchange } from '../exchange.js';
import { ofrepBulk, ofrepSingle } from '../openapi/ofrep-operations.js';
import { readBody } from '../request-body.js';
import type { OwnRoute } from '../router.js';
import { isKnown, revalidated } from '../value/entry-tag.js';
import type { EvaluatedFlag } from './evaluated-flag.js';
import { asJson, type FlagCall, FlagReader } from './flag-reader.js';
import type { FlagSettings } from './options.js';
import { contextOf, FlagError } from './request.js';

/** The largest evaluation context, in bytes. */
const maxContextBytes = 64 * 1024;

/**
 * The OpenFeature Remote Evaluation Protocol: flags that are keys, evaluated here for clients in any language, by the same
 * rules as `@cfg/openfeature`, with the rights of who asks.
 */
export function ofrepRoutes(
  client: Client<ConfigServiceDefinition>,
  { prefix, namespace }: FlagSettings,
): readonly OwnRoute[] {
  const reader = new FlagReader(client, prefix);
  const below = (base: string, mark: string, namespaceOf: NamespaceOf): readonly OwnRoute[] => [
    {
      verb: 'POST',
      path: `${base}/ofrep/v1/evaluate/flags/{key}`,
      endpoint: single(reader, namespaceOf),
      operation: ofrepSingle(mark),
    },
    {
      verb: 'POST',
      path: `${base}/ofrep/v1/evaluate/flags`,
      endpoint: bulk(reader, namespaceOf),
      operation: ofrepBulk(mark),
    },
  ];
  return [
    ...below('/v1/namespaces/{namespace}', '', (variables) => variables.get('namespace') ?? ''),
    ...(namespace === undefined ? [] : below('', 'Default', () => namespace)),
  ];
}

type NamespaceOf = (variables: ReadonlyMap<string, string>) => string;

function single(reader: FlagReader, namespaceOf: NamespaceOf): Endpoint {
  return async (exchange) => {
    const variables = new Map(exchange.variables());
    const key = variables.get('key') ?? '';
    await answerInItsTerms(exchange, key, async () => {
      const flag = await call(exchange, 'Get', namespaceOf(variables), (made) => reader.one(key, made));
      await send(exchange, 'errorCode' in flag ? 400 : 200, flag);
    });
  };
}

function bulk(reader: FlagReader, namespaceOf: NamespaceOf): Endpoint {
  return async (exchange) => {
    const { headers } = exchange.request;
    const known = headers['if-none-match'] === undefined ? undefined : (etag: string) => isKnown(headers, etag);
    await answerInItsTerms(exchange, undefined, async () => {
      const namespace = namespaceOf(new Map(exchange.variables()));
      const { etag, flags } = await call(exchange, 'List', namespace, (made) => reader.all(made, known));
      const validators = { etag, ...revalidated };
      if (flags === undefined) exchange.reply.sendNotModified(validators);
      else await exchange.reply.send(200, JSON.stringify({ flags }, asJson), validators);
    });
  };
}

function call<T>(
  exchange: Exchange,
  method: 'Get' | 'List',
  namespace: string,
  run: (call: FlagCall) => Promise<T>,
): Promise<T> {
  return admitted(exchange, `/config.v1.ConfigService/${method}`, async (options) => {
    const context = contextOf(await readBody(exchange, maxContextBytes));
    return run({ namespace, context, options });
  });
}

/** Answers a failure that the protocol knows with its fields beside those of all errors. */
async function answerInItsTerms(
  exchange: Exchange,
  key: string | undefined,
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    const { status, body, headers } = errorReply(error);
    if (status !== 400 && status !== 404) throw error;
    const errorCode = error instanceof FlagError ? error.errorCode : 'GENERAL';
    const told = { ...body, key, errorCode, errorDetails: body.message };
    await exchange.reply.send(status, JSON.stringify(told), headers);
  }
}

const send = async (exchange: Exchange, status: number, flag: EvaluatedFlag): Promise<void> => {
  const failed = 'errorCode' in flag ? { code: 3, message: flag.errorDetails, details: [] } : {};
  await exchange.reply.send(status, JSON.stringify({ ...failed, ...flag }, asJson));
};
