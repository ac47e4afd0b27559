/** Any JSON value. `undefined` never stands for a value: an absent field is left out, and `null` never means absent. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. Fields may be absent. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * What an adapter must hand back to its own provider, by adapter name: opaque to everybody else.
 * An adapter reads only its own key. (PROTOCOL.md, "Provider data")
 */
export type ProviderData = { readonly [adapter: string]: Json };
