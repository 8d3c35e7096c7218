export const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
