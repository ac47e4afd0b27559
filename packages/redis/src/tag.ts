/** The hash tag of a partition: all keys that begin with it are in one slot of a cluster. */
export function tagOf(prefix: string, partition: number): string {
  return `{${prefix}:${partition}}`;
}

/** Which of the partitions an id belongs to: the same in every process, for as long as the data lives. (FNV-1a) */
export function partitionOf(id: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash % partitions;
}
