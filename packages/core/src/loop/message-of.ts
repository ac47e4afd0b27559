/** What an error may say, in UTF-16 units. */
const maxMessage = 4_096;

/** What was thrown, as one text for a log: the message, never the stack. Anything may be thrown, so nothing is trusted. */
export function messageOf(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? thrown.message : "";
    return cutText(message === "" ? String(thrown) : message, maxMessage);
  } catch {
    return "Something was thrown that is no error.";
  }
}

/** At most `max` UTF-16 units, well formed. */
export function cutText(text: string, max: number): string {
  return (text.length <= max ? text : `${text.slice(0, max - 1)}…`).toWellFormed();
}
