import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { descriptors, fileDescriptorSet } from './descriptors.js';

test('the descriptor set holds config.proto after all that it imports, and health.proto', () => {
  const files = fromBinary(FileDescriptorSetSchema, fileDescriptorSet()).file;
  const names = files.map((file) => file.name);
  expect(names).toEqual(expect.arrayContaining(['config/v1/config.proto', 'grpc/health/v1/health.proto']));
  for (const [index, file] of files.entries()) {
    for (const dependency of file.dependency) expect(names.slice(0, index)).toContain(dependency);
  }
});

test('our comments are in the descriptor set, and those of what is imported are not', () => {
  const files = fromBinary(FileDescriptorSetSchema, fileDescriptorSet()).file;
  for (const file of files) {
    const comments = file.sourceCodeInfo?.location.map((location) => location.leadingComments) ?? [];
    if (file.name === 'config/v1/config.proto') expect(comments).toContain(' Get returns one entry.\n');
    else if (file.package === 'config.v1') expect(comments.length).toBeGreaterThan(0);
    else expect(comments).toEqual([]);
  }
});

test('it is parsed once', () => {
  expect(descriptors()).toBe(descriptors());
  expect(fileDescriptorSet()).toBe(fileDescriptorSet());
  expect(descriptors().getService('config.v1.ConfigService')?.methods).toHaveLength(14);
});
