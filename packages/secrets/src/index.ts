export { type SealSecretsOptions, sealSecrets } from './seal-secrets.js';
// The wrappers of the data keys
export { keyFile } from './wrappers/key-file.js';
export { keyVariable } from './wrappers/key-variable.js';
export type { KeyWrapper } from './wrappers/key-wrapper.js';
export { localKey } from './wrappers/local-key.js';
export { parseWrapper } from './wrappers/parse-wrapper.js';
export { vaultTransit, type VaultTransitOptions } from './wrappers/vault-transit.js';
// For operators
export { type KeyStatus, keyStatus } from './rotation/key-status.js';
export { checkWrapper, rewrapKeys } from './rotation/rewrap-keys.js';
export { type RotateOptions, type Rotated, rotateKeys, type RotationStep } from './rotation/rotate-keys.js';
