/** Tells a fault, and which request it is about where there is one. */
type Report = (error: unknown, request?: Request) => void;

/**
 * The `onError` of options, or `console.error`. What it throws itself goes to the console: a reporter that fails must
 * not take the stream, or the process, with it.
 */
export function reporter(onError: Report = (error) => globalThis.console.error(error)): Report {
  return (error, request) => {
    try {
      onError(error, request);
    } catch (fault) {
      globalThis.console.error(fault);
    }
  };
}
