import { sleep } from "../signal.ts";

/**
 * Makes a call of the log until it is answered. A throw means "unknown", so the identical call is repeated, with pauses
 * that grow to a second. Rejects with the newest error once `goOn` says no.
 */
export async function persist<T>(
  call: () => Promise<T>,
  goOn: (error: unknown, attempt: number) => boolean,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!goOn(error, attempt)) throw error;
      await sleep(Math.min(1_000, 10 * 2 ** attempt));
    }
  }
}
