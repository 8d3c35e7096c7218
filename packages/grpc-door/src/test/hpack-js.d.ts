declare module 'hpack.js' {
  interface Header {
    name: string;
    value: string;
    huffman?: boolean;
    incremental?: boolean;
    neverIndex?: boolean;
  }
  interface Codec<In, Out> {
    write(data: In): boolean;
    read(): Out | null;
    execute(): void;
    reset(): void;
    updateTableSize(size: number): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }
  const hpack: {
    compressor: { create(options: { table: { maxSize: number } }): Codec<Header[], Buffer> };
    decompressor: { create(options: { table: { maxSize: number } }): Codec<Buffer, Header> };
  };
  export default hpack;
}
