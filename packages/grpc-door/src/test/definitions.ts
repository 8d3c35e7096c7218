/** Small services of our own, whose messages are JSON. */

export interface Note {
  readonly text: string;
  readonly count?: number;
}

const serialize = (note: Note): Uint8Array => Buffer.from(JSON.stringify(note));
const deserialize = (bytes: Uint8Array): Note => JSON.parse(Buffer.from(bytes).toString()) as Note;

interface NoteMethod<RequestStream extends boolean, ResponseStream extends boolean> {
  path: string;
  requestStream: RequestStream;
  responseStream: ResponseStream;
  requestSerialize(note: Note): Uint8Array;
  requestDeserialize(bytes: Uint8Array): Note;
  responseSerialize(note: Note): Uint8Array;
  responseDeserialize(bytes: Uint8Array): Note;
  options: { idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

function method<RequestStream extends boolean, ResponseStream extends boolean>(
  name: string,
  requestStream: RequestStream,
  responseStream: ResponseStream,
): NoteMethod<RequestStream, ResponseStream> {
  return {
    path: `/test.Notes/${name}`,
    requestStream,
    responseStream,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
    options: {},
  };
}

export type NotesDefinition = {
  one: NoteMethod<false, false>;
  many: NoteMethod<false, true>;
  collect: NoteMethod<true, false>;
  chat: NoteMethod<true, true>;
};

export const NotesDefinition: NotesDefinition = {
  one: method('One', false, false),
  many: method('Many', false, true),
  collect: method('Collect', true, false),
  chat: method('Chat', true, true),
};
