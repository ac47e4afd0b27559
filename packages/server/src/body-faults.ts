import type { z } from "zod";
import { pointerTo } from "./json-pointer.ts";
import type { BodyFault } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** Faults that are told: one is enough to go on with, a thousand are a way to make the server write. */
const maxFaults = 10;

/** What a schema has against a body, each fault where it is. */
export function bodyFaults(issues: readonly Issue[]): readonly BodyFault[] {
  return issues.slice(0, maxFaults).flatMap(faultsOf).slice(0, maxFaults);
}

function faultsOf(issue: Issue): readonly BodyFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .slice(0, maxFaults)
      .map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: "Not a known field." }));
  }
  const pointer = pointerTo(issue.path);
  const meant = issue.code === "invalid_union" ? meantBranch(issue.errors) : undefined;
  if (meant === undefined) return [{ pointer, detail: issue.message }];
  return bodyFaults(meant).map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));
}

/** Of a value that may have several forms: the one that it nearly has, which is the one whose faults are further in. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(([first]) => first !== undefined && first.path.length > 0);
}
