import type { Model } from "../model.ts";

/** What is asked now. */
export interface Picked {
  readonly model: Model;
  /** Whether another one is left to fall back to. */
  readonly spare: boolean;
}

/**
 * The first of the models that was not given up; the last one when all were. They are known by id, not by place: the
 * agent may list others at each step and after each deploy. Of several with one id as many are left out as were given up.
 */
export function pickModel(models: readonly Model[], failed: readonly string[] = []): Picked {
  const givenUp = [...failed];
  const left = models.filter(({ id }) => {
    const index = givenUp.indexOf(id);
    if (index >= 0) givenUp.splice(index, 1);
    return index < 0;
  });
  const model = left[0] ?? models.at(-1);
  if (model === undefined) throw new Error("There is no model to pick from.");
  return { model, spare: left.length > 1 };
}
