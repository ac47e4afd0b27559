/**
 * JSON text around a raw text that arrives in pieces: `prefix` begins it, `piece` escapes one piece, `suffix` ends it.
 * `field` absent: the JSON is the string itself; else an object with that one field.
 */
export function jsonText(field: string | undefined) {
  return {
    prefix: field === undefined ? '"' : `{${JSON.stringify(field)}:"`,
    suffix: field === undefined ? '"' : '"}',
    /** A pair of surrogates that was cut in two comes out as two escapes, which parse to the pair again. */
    piece: (raw: string) => JSON.stringify(raw).slice(1, -1),
    whole: (raw: string) => JSON.stringify(field === undefined ? raw : { [field]: raw }),
  };
}
