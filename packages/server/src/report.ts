/**
 * The `onError` of options, or `console.error`. What it throws itself goes to the console: a reporter that fails must
 * not take the stream, or the process, with it.
 */
export function reporter<A extends readonly unknown[]>(
  onError: (error: unknown, ...about: A) => void = (error) => globalThis.console.error(error),
): (error: unknown, ...about: A) => void {
  return (error, ...about) => {
    try {
      onError(error, ...about);
    } catch (fault) {
      globalThis.console.error(fault);
    }
  };
}
