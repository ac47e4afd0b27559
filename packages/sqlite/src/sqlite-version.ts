/** With older ones, two processes that write at the same moment may, very rarely, damage the file. */
const sound = [3, 51, 3] as const;

let warned = false;

/** Says once in a process that its SQLite has that bug. */
export function warnOfVersion(version: string): void {
  if (warned || isSound(version)) return;
  warned = true;
  process.emitWarning(
    `The SQLite ${version} of Node ${process.versions.node} may, very rarely, damage a file that several processes write at once. Let only one process use it, or update Node.`,
    { code: "RUNWIRE_SQLITE_VERSION" },
  );
}

function isSound(version: string): boolean {
  const parts = version.split(".").map(Number);
  const at = sound.findIndex((part, i) => part !== parts[i]);
  return at < 0 || (parts[at] ?? 0) > (sound[at] ?? 0);
}
