import fc from "fast-check";
import { expect, test } from "vitest";
import { heap } from "./heap.ts";

test("gives what it holds in order, however pushes and pops are mixed", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (operations) => {
      const items = heap<number>((a, b) => a < b);
      const model: number[] = [];
      for (const push of operations) {
        if (push === null) expect(items.pop()).toBe(model.shift());
        else {
          items.push(push);
          model.push(push);
          model.sort((a, b) => a - b);
        }
        expect(items.peek()).toBe(model[0]);
      }
    }),
  );
});
