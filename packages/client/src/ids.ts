/**
 * An id that nobody else has: 128 random bits. Not `crypto.randomUUID`, which pages on plain HTTP do not have.
 * Run ids are chosen here, so that a start whose answer was lost can be sent again.
 */
export function randomId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
