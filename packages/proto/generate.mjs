// Writes src/gen from ../../proto: the messages (by ts-proto), a table of them by full name, the definitions of the
// services, and the file descriptor set that the JSON mapping and the HTTP routes are read from. Generated code is built,
// never committed; nx caches it by the content of proto/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel,
  SourceCodeInfoSchema,
} from '@bufbuild/protobuf/wkt';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = `${here}src/gen`;
const proto = fileURLToPath(new URL('../../proto', import.meta.url));
const bin = (name) => `${here}node_modules/.bin/${name}`;
const buf = (...args) => execFileSync(bin('buf'), args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const template = {
  version: 'v2',
  plugins: [
    {
      local: bin('protoc-gen-ts_proto'),
      out: 'src/gen',
      opt: [
        'esModuleInterop=true',
        'importSuffix=.js',
        'forceLong=number',
        'useDate=false',
        'enumsAsLiterals=true',
        'outputServices=false',
        'outputJsonMethods=false',
        'useExactTypes=false',
        'unrecognizedEnum=false',
        'snakeToCamel=keys',
      ],
    },
  ],
};
buf('generate', proto, '--template', JSON.stringify(template), '--path', `${proto}/config`);
// ts-proto also writes what annotations.proto imports; nothing of ours uses it.
rmSync(`${out}/google/api`, { recursive: true });
rmSync(`${out}/google/protobuf/descriptor.ts`);

const image = `${out}/descriptor.binpb`;
const described = ['config', 'grpc'].flatMap((folder) => ['--path', `${proto}/${folder}`]);
buf('build', proto, ...described, '--as-file-descriptor-set', '-o', image);
const set = fromBinary(FileDescriptorSetSchema, readFileSync(image));
rmSync(image);

const ours = set.file.filter((file) => file.package.startsWith('config.'));

/** The comments of our services and methods, by full name. */
const comments = new Map(ours.flatMap(commentsOf));

// Of the source positions only our own comments are worth their size.
for (const file of set.file) {
  const locations = ours.includes(file) ? file.sourceCodeInfo.location : [];
  file.sourceCodeInfo = create(SourceCodeInfoSchema, {
    location: locations.filter((location) => location.leadingComments || location.trailingComments),
  });
}
write('descriptor.ts', [
  '/** The serialized google.protobuf.FileDescriptorSet of config.proto, what it imports and health.proto, in base64. */',
  'export const fileDescriptorSetBase64: string =',
  `  '${Buffer.from(toBinary(FileDescriptorSetSchema, set)).toString('base64')}';`,
]);

// Every request that is decoded starts from a base object; nothing changes an empty array, so that one serves them all.
for (const { name } of ours) {
  const file = `${out}/${name.replace(/\.proto$/, '.ts')}`;
  const made = readFileSync(file, 'utf8');
  const shared = made.replace(/(value: |\?\? )new Uint8Array\(0\)/g, '$1empty');
  // A file without bytes fields needs none.
  if (shared !== made) writeFileSync(file, `${shared}\nconst empty: Uint8Array = new Uint8Array(0);\n`);
}

const modules = [
  ...ours.map((file) => ({
    package: file.package,
    path: file.name,
    names: file.messageType.map((type) => type.name),
    enums: file.enumType.map((type) => type.name),
  })),
  { package: 'google.protobuf', path: 'google/protobuf/duration.proto', names: ['Duration'] },
  { package: 'google.protobuf', path: 'google/protobuf/timestamp.proto', names: ['Timestamp'] },
];
const each = (line) => modules.flatMap((module) => module.names.map((name) => line(`${module.package}.${name}`, name)));
write('messages.ts', [
  "import type { BinaryReader } from '@bufbuild/protobuf/wire';",
  ...modules.map(({ names, path }) => `import { ${names.join(', ')} } from './${path.replace(/\.proto$/, '.js')}';`),
  '',
  '/** Every message by its full name. */',
  'export interface Messages {',
  ...each((fullName, name) => `  '${fullName}': ${name};`),
  '}',
  '',
  '/** What makes, encodes and decodes messages of one type. */',
  'export interface MessageType<T> {',
  '  encode(message: T): { finish(): Uint8Array };',
  '  decode(input: Uint8Array | BinaryReader): T;',
  '  fromPartial(object: Partial<T>): T;',
  '}',
  '',
  '/** Every message type by its full name. */',
  'export const messageTypes: { readonly [Name in keyof Messages]: MessageType<Messages[Name]> } = {',
  ...each((fullName, name) => `  '${fullName}': ${name},`),
  '};',
  '',
  '/** The fields that hold messages, by message and number. */',
  'export const nestedMessages: { readonly [typeName: string]: { readonly [number: number]: string } | undefined } = {',
  ...ours.flatMap((file) =>
    file.messageType.map((type) => {
      const fields = type.field.filter((field) => field.type === FieldDescriptorProto_Type.MESSAGE);
      const numbers = fields.map((field) => `${field.number}: '${field.typeName.slice(1)}'`);
      return `  '${file.package}.${type.name}': { ${numbers.join(', ')} },`;
    }),
  ),
  '};',
]);

// The public messages and enums, by name.
write(
  'public.ts',
  modules.map(({ path, names, enums = [] }) => {
    return `export { ${[...names, ...enums].join(', ')} } from './${path.replace(/\.proto$/, '.js')}';`;
  }),
);

const services = ours.flatMap((file) =>
  file.service.map((service) => ({ ...service, fullName: `${file.package}.${service.name}` })),
);
write('services.ts', [
  "import { type MethodDefinition, method } from '../method.js';",
  "import type { Messages } from './messages.js';",
  '',
  ...services.flatMap(({ name, fullName, method: methods }) => [
    `/** \`${fullName}\`, for nice-grpc's \`server.add\` and \`createClient\`. ${comments.get(fullName)} */`,
    `export type ${name}Definition = {`,
    ...methods.flatMap((desc) => [
      `  /** ${comments.get(`${fullName}.${desc.name}`)} */`,
      `  ${localName(desc)}: MethodDefinition<Messages['${desc.inputType.slice(1)}'], Messages['${desc.outputType.slice(1)}'], ${desc.serverStreaming}${desc.clientStreaming ? ', true' : ''}>;`,
    ]),
    '};',
    '',
    `export const ${name}Definition: ${name}Definition = {`,
    ...methods.map((desc) => {
      const level = MethodOptions_IdempotencyLevel[desc.options?.idempotencyLevel ?? 0];
      const options = level === 'IDEMPOTENCY_UNKNOWN' ? '{}' : `{ idempotencyLevel: '${level}' }`;
      const types = `'${desc.inputType.slice(1)}', '${desc.outputType.slice(1)}'`;
      return `  ${localName(desc)}: method('/${fullName}/${desc.name}', ${types}, ${options}, ${desc.serverStreaming}, ${desc.clientStreaming}),`;
    }),
    '};',
    '',
  ]),
]);

function localName({ name }) {
  return name[0].toLowerCase() + name.slice(1);
}

/** The comments of a file's services (path 6, n) and methods (path 6, n, 2, m). */
function commentsOf({ package: of, service: services, sourceCodeInfo }) {
  return sourceCodeInfo.location.flatMap(({ path: [kind, n, member, m, ...rest], leadingComments = '' }) => {
    if (kind !== 6 || n === undefined || rest.length > 0 || (member !== undefined && member !== 2)) return [];
    const service = services[n];
    const name = m === undefined ? service.name : `${service.name}.${service.method[m].name}`;
    return [[`${of}.${name}`, leadingComments.trim().replaceAll(/\s+/g, ' ')]];
  });
}

function write(name, lines) {
  writeFileSync(`${out}/${name}`, `${lines.join('\n')}\n`);
}
