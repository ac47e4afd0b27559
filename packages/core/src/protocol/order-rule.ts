/** A rule of PROTOCOL.md ("Order") that an event breaks. */
export interface Violation {
  readonly rule: number;
  /** What is wrong with the event, for the person who wrote its producer. */
  readonly message: string;
}

/** The rule, if `holds` is false. Rules are chained by `??`: the first that is broken is told. */
export function rule(number: number, holds: boolean, message: string): Violation | undefined {
  return holds ? undefined : { rule: number, message };
}

/** Rule 22: 1–128 characters, no control characters, no half of a surrogate pair. */
export function isId(text: string): boolean {
  return text.length >= 1 && text.length <= 128 && !/[\p{Cc}\p{Cs}]/u.test(text);
}
