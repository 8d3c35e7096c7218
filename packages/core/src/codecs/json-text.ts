/** `JSON.rawJSON`, which TypeScript's library does not name yet. */
const raw = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** The JSON text of exactly this number: a bigint as its digits, −0 with its sign. */
export function rawJson(number: number | bigint): unknown {
  if (typeof number === 'bigint') return raw(String(number));
  if (Object.is(number, -0)) return raw('-0');
  // 2^60 is printed as 1152921504606847000, which as a whole number is another one.
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? raw(number.toExponential()) : number;
}
