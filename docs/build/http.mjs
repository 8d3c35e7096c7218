// The HTTP API as a page, made of the OpenAPI document that the gateway serves.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { MemoryStore } from '@cfg/core';
import { createInProcessGateway } from '@cfg/gateway';
import { allowAll, createConfigService } from '@cfg/service';

/** @param {string} file where the page goes */
export async function writeHttpPage(file) {
  const document = await openapi();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pageOf(document));
}

async function openapi() {
  const store = new MemoryStore();
  await store.connect();
  const gateway = createInProcessGateway(createConfigService(store, { guard: allowAll() }));
  const server = createServer((request, response) =>
    gateway.handler(request, response, () => response.writeHead(404).end()),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/openapi.json`);
  const document = await answer.json();
  server.closeAllConnections();
  server.close();
  await gateway.close();
  await store.close();
  return document;
}

function pageOf({ info, paths, components }) {
  const lines = ['# HTTP API', '', plain(info.description ?? ''), ''];
  lines.push('A running server has the same at `/openapi.json`, and at `/docs` to try out.', '', '[[toc]]', '');
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation.responses === undefined) continue; // parameters of all methods
      lines.push(...operationOf(method, path, operation, item.parameters ?? [], components));
    }
  }
  return `${lines.join('\n')}\n`;
}

function operationOf(method, path, operation, shared, components) {
  const lines = [`## ${method.toUpperCase()} \`${path}\` {#${operation.operationId}}`, ''];
  lines.push(plain(operation.description ?? operation.summary ?? ''), '');
  const parameters = [...shared, ...(operation.parameters ?? [])].map((each) => resolve(each, components));
  if (parameters.length > 0) {
    lines.push('| parameter | in | type | |', '| --- | --- | --- | --- |');
    for (const { name, in: place, schema, description } of parameters) {
      lines.push(`| \`${name}\` | ${place} | ${typeOf(schema)} | ${cell(description)} |`);
    }
    lines.push('');
  }
  const bodies = Object.entries(
    operation.requestBody === undefined ? {} : resolve(operation.requestBody, components).content,
  );
  if (bodies.length > 0) {
    lines.push(`Body: ${bodies.map(([type, { schema }]) => `\`${type}\` (${typeOf(schema)})`).join(', ')}`, '');
  }
  lines.push('| answer | |', '| --- | --- |');
  for (const [status, answer] of Object.entries(operation.responses)) {
    lines.push(`| ${status} | ${cell(resolve(answer, components).description)} |`);
  }
  return [...lines, ''];
}

function resolve(value, components) {
  const [, kind, name] = /^#\/components\/([^/]+)\/(.+)$/.exec(value.$ref ?? '') ?? [];
  return kind === undefined ? value : components[kind][name];
}

function typeOf(schema = {}) {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1);
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  return [schema.type ?? 'any'].flat().join(' or ');
}

/** Braces would be expressions, and angle brackets elements, of the generator's templates. */
function plain(text) {
  return text.replace(/[<>{}]/g, (character) => `&#${character.codePointAt(0)};`);
}

function cell(text = '') {
  return plain(text).replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
