import { SandboxError } from "./sandbox-error.ts";

/** A path that stays where it is put. */
export function isInside(path: string): boolean {
  return (
    path !== "" &&
    !/[\0\\]|^[/~]|^[a-z]:/i.test(path) &&
    !path.split("/").some((segment) => segment === ".." || segment === "")
  );
}

/** Throws `invalid` for a path or glob that leaves the working directory. */
export function checkInside(path: string): string {
  if (isInside(path)) return path;
  const message = `"${path}" is not inside the working directory. Give a relative path, with "/" and without "..".`;
  throw new SandboxError("invalid", { message });
}
