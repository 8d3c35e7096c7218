export function isOpaThere(): boolean;
export function decideByOpa(policy: string, data: object, inputs: readonly object[]): unknown[];
