import { ConfigError, typeOfData, type ValueType } from '@cfg/core';
export class CodecRegistry {
  names(): string[] {
    return ['toml', 'json', 'yaml', 'secret'];
  }
  inspect(bytes: Uint8Array, codec: string): ValueType {
    if (codec === 'secret') return 'secret';
    if (codec !== 'json') return 'custom';
    try {
      return typeOfData(JSON.parse(new TextDecoder().decode(bytes)));
    } catch (cause) {
      throw new ConfigError('invalid_value', 'invalid json', { cause });
    }
  }
}
export const defaultCodecs = (): CodecRegistry => new CodecRegistry();
