/** Which values are secret in the tests. */
export const patterns: readonly string[] = ['sealed*', '*/secret/'];
