import { FrameType, Setting } from '../http2/protocol.js';
import { data, frame, hello, message, requestFields, reset, settings, windowUpdate } from './frames.js';
import { RawClient } from './raw-client.js';

/** A peer that means no good, once it is connected; it goes on until the server closes the connection. */
export interface Attack {
  readonly name: string;
  /** Whether the server is to close the connection for it. */
  readonly cut: boolean;
  readonly run: (port: number) => Promise<RawClient>;
}

const many = requestFields('/test.Notes/Many');
const note = message(Buffer.from('{"text":"a"}'));

/** Sends `make(i)` again and again, as fast as the socket takes it, until the connection is closed. */
function flood(
  name: string,
  make: (client: RawClient, i: number) => Buffer,
  first?: (client: RawClient) => Buffer,
): Attack {
  return {
    name,
    cut: true,
    run: async (port) => {
      const client = await RawClient.connect(port);
      client.polite = false;
      if (first !== undefined) client.send(first(client));
      void (async () => {
        for (let i = 0; client.socket.writable; i += 1) {
          client.send(make(client, i));
          if (i % 200 === 199) await new Promise(setImmediate);
        }
      })();
      return client;
    },
  };
}

const id = (i: number): number => 2 * i + 1;

/** Ways to make a server work, wait or remember for nothing. */
export const attacks: readonly Attack[] = [
  flood('rapid reset', (client, i) => Buffer.concat([client.headers.frame(id(i), many), reset(id(i))])),
  flood('resets that we are made to send', (client, i) =>
    Buffer.concat([client.headers.frame(id(i), many), windowUpdate(id(i), 0)]),
  ),
  flood(
    'a continuation flood',
    () => frame(FrameType.continuation, 0, 1, Buffer.alloc(10)),
    () => frame(FrameType.headers, 0, 1),
  ),
  flood('a ping flood', () => frame(FrameType.ping, 0, 0, Buffer.alloc(8))),
  flood('a settings flood', () => settings([Setting.initialWindowSize, 70_000])),
  flood(
    'a flood of empty frames',
    () => data(1, Buffer.alloc(0), false),
    (client) => client.headers.frame(1, requestFields('/test.Notes/One')),
  ),
  flood(
    'a window that is opened byte by byte',
    () => windowUpdate(1, 1),
    (client) => Buffer.concat([settings([Setting.initialWindowSize, 0]), client.headers.frame(1, many), data(1, note)]),
  ),
  {
    name: 'zero windows on a thousand streams',
    cut: false,
    run: async (port) => {
      const client = await RawClient.connect(port, Buffer.concat([hello, settings([Setting.initialWindowSize, 0])]));
      for (let i = 0; i < 1_000; i += 1) client.send(client.headers.frame(id(i), many), data(id(i), note));
      return client;
    },
  },
  {
    name: 'header bombs',
    cut: false,
    run: async (port) => {
      const client = await RawClient.connect(port);
      const bomb = ['x-bomb', 'y'.repeat(250)];
      // Once it is in the table, a reference of one byte stands for the whole field.
      for (const first of [1, 3]) client.send(client.headers.frame(first, [...bomb, ...many], true));
      const block = client.headers.block([...many, ...Array.from({ length: 4_000 }, () => bomb).flat()]);
      for (let i = 2; i < 500; i += 1) client.send(frame(FrameType.headers, 5, id(i), block));
      return client;
    },
  },
  {
    name: 'bodies that never end',
    cut: false,
    run: async (port) => {
      const client = await RawClient.connect(port);
      const fields = requestFields('/test.Notes/One');
      const announced = Buffer.from([0, 0, 0x3f, 0xff, 0xff]); // 4 MiB, of which nothing comes
      for (let i = 0; i < 900; i += 1) client.send(client.headers.frame(id(i), fields), data(id(i), announced, false));
      return client;
    },
  },
  {
    name: 'a connection that says nothing',
    cut: false,
    run: async (port) => {
      const client = await RawClient.connect(port, Buffer.from('PRI * HT'));
      client.polite = false;
      return client;
    },
  },
];
