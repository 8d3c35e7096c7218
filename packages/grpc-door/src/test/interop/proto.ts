import { create, createFileRegistry, type DescService, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type FieldDescriptorProto,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

type Field = MessageInitShape<typeof import('@bufbuild/protobuf/wkt').FieldDescriptorProtoSchema>;

const field = (name: string, number: number, type: FieldDescriptorProto['type'], more: Field = {}): Field => ({
  name,
  number,
  type,
  label: Label.OPTIONAL,
  ...more,
});
const nested = (name: string, number: number, type: string, more: Field = {}): Field =>
  field(name, number, Type.MESSAGE, { typeName: `.grpc.testing.${type}`, ...more });
const method = (
  name: string,
  inputType: string,
  outputType: string,
  clientStreaming: boolean,
  serverStreaming: boolean,
) => ({
  name,
  inputType: `.grpc.testing.${inputType}`,
  outputType: `.grpc.testing.${outputType}`,
  clientStreaming,
  serverStreaming,
});

/** `grpc/testing/test.proto`, as far as the interop cases need it. */
const files = create(FileDescriptorSetSchema, {
  file: [
    {
      name: 'grpc/testing/test.proto',
      package: 'grpc.testing',
      syntax: 'proto3',
      messageType: [
        { name: 'Empty' },
        { name: 'BoolValue', field: [field('value', 1, Type.BOOL)] },
        { name: 'Payload', field: [field('type', 1, Type.INT32), field('body', 2, Type.BYTES)] },
        { name: 'EchoStatus', field: [field('code', 1, Type.INT32), field('message', 2, Type.STRING)] },
        {
          name: 'SimpleRequest',
          field: [
            field('response_size', 2, Type.INT32),
            nested('payload', 3, 'Payload'),
            nested('response_compressed', 6, 'BoolValue'),
            nested('response_status', 7, 'EchoStatus'),
            nested('expect_compressed', 8, 'BoolValue'),
          ],
        },
        { name: 'SimpleResponse', field: [nested('payload', 1, 'Payload')] },
        { name: 'StreamingInputCallRequest', field: [nested('payload', 1, 'Payload')] },
        { name: 'StreamingInputCallResponse', field: [field('aggregated_payload_size', 1, Type.INT32)] },
        {
          name: 'ResponseParameters',
          field: [
            field('size', 1, Type.INT32),
            field('interval_us', 2, Type.INT32),
            nested('compressed', 3, 'BoolValue'),
          ],
        },
        {
          name: 'StreamingOutputCallRequest',
          field: [
            nested('response_parameters', 2, 'ResponseParameters', { label: Label.REPEATED }),
            nested('payload', 3, 'Payload'),
            nested('response_status', 7, 'EchoStatus'),
          ],
        },
        { name: 'StreamingOutputCallResponse', field: [nested('payload', 1, 'Payload')] },
      ],
      service: [
        {
          name: 'TestService',
          method: [
            method('EmptyCall', 'Empty', 'Empty', false, false),
            method('UnaryCall', 'SimpleRequest', 'SimpleResponse', false, false),
            method('StreamingOutputCall', 'StreamingOutputCallRequest', 'StreamingOutputCallResponse', false, true),
            method('StreamingInputCall', 'StreamingInputCallRequest', 'StreamingInputCallResponse', true, false),
            method('FullDuplexCall', 'StreamingOutputCallRequest', 'StreamingOutputCallResponse', true, true),
            method('UnimplementedCall', 'Empty', 'Empty', false, false),
          ],
        },
      ],
    },
  ],
});

/** The service of the official interop cases. */
export const testService: DescService = createFileRegistry(files).getService('grpc.testing.TestService') as DescService;
