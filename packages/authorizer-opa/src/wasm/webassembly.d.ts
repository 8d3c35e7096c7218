// The part of the JavaScript API of WebAssembly that is used here; TypeScript has it only together with the whole DOM.
declare global {
  interface WebAssemblyModule {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  interface WebAssemblyMemory {
    readonly buffer: ArrayBuffer;
  }
  const WebAssembly: {
    compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssemblyModule>;
    readonly Instance: new (module: WebAssemblyModule, imports: object) => { readonly exports: object };
    readonly Memory: new (limits: { initial: number; maximum: number }) => WebAssemblyMemory;
    readonly Module: {
      exports(module: WebAssemblyModule): { readonly name: string; readonly kind: string }[];
    };
  };
}

export {};
