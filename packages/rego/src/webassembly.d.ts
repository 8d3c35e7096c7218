// The part of the JavaScript API of WebAssembly that is used here; TypeScript has it only together with the whole DOM.
declare global {
  const WebAssembly: {
    compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
    instantiate(module: object, imports: Record<string, object>): Promise<{ readonly exports: object }>;
  };
}

export {};
