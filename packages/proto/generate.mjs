// Writes src/gen from ../../proto: the messages (by ts-proto), a table of them by full name, and the file descriptor set
// that the JSON mapping and the HTTP routes are read from. Generated code is built, never committed; nx caches it by the
// content of proto/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

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
buf('build', proto, '--path', `${proto}/config`, '--as-file-descriptor-set', '-o', image);
const set = fromBinary(FileDescriptorSetSchema, readFileSync(image));
rmSync(image);

// Of the source positions only our own comments are worth their size.
for (const file of set.file) {
  const comments = file.sourceCodeInfo?.location.filter((l) => l.leadingComments || l.trailingComments) ?? [];
  if (file.package.startsWith('config.')) file.sourceCodeInfo.location = comments;
  else file.sourceCodeInfo = undefined;
}
write('descriptor.ts', [
  '/** The serialized google.protobuf.FileDescriptorSet of config.proto and what it imports, in base64. */',
  'export const fileDescriptorSetBase64: string =',
  `  '${Buffer.from(toBinary(FileDescriptorSetSchema, set)).toString('base64')}';`,
]);

const modules = [
  ...set.file
    .filter((file) => file.package.startsWith('config.'))
    .map((file) => ({ package: file.package, path: file.name, names: file.messageType.map((type) => type.name) })),
  { package: 'google.protobuf', path: 'google/protobuf/duration.proto', names: ['Duration'] },
  { package: 'google.protobuf', path: 'google/protobuf/timestamp.proto', names: ['Timestamp'] },
];
const each = (line) => modules.flatMap((module) => module.names.map((name) => line(`${module.package}.${name}`, name)));
write('messages.ts', [
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
  '  decode(bytes: Uint8Array): T;',
  '  fromPartial(object: Partial<T>): T;',
  '}',
  '',
  '/** Every message type by its full name. */',
  'export const messageTypes: { readonly [Name in keyof Messages]: MessageType<Messages[Name]> } = {',
  ...each((fullName, name) => `  '${fullName}': ${name},`),
  '};',
]);

function write(name, lines) {
  writeFileSync(`${out}/${name}`, `${lines.join('\n')}\n`);
}
