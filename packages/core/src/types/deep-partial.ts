/**
 * A value while it streams in, as JSON cut off anywhere: any field may be missing, lists may be short, and a text may
 * end in the middle, so that it is not one of its literals yet.
 */
export type DeepPartial<T> = T extends string
  ? string
  : T extends readonly unknown[]
    ? Partial<{ [K in keyof T]: DeepPartial<T[K]> }>
    : T extends object
      ? { [K in keyof T]?: DeepPartial<T[K]> }
      : T;
