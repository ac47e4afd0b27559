import type { TurnCall } from "@runwire/core";

/** The ids under which the calls of one request's history go to the provider. */
export interface WireIds {
  /** The provider's `own` id of the call, unless there is none or another call of the history has it already. */
  assign(call: TurnCall, own: string | undefined): string;
  /** What was assigned to the call with that `id`. */
  of(id: string): string;
}

/** A result finds its call by the id alone, so a request needs them to be different. */
export function wireIds(): WireIds {
  const ids = new Map<string, string>();
  const used = new Set<string>();
  return {
    assign(call, own) {
      const id = own !== undefined && own !== "" && !used.has(own) ? own : call.id;
      used.add(id);
      ids.set(call.id, id);
      return id;
    },
    of: (id) => ids.get(id) ?? id,
  };
}
