/** `T` with the types of `Fields` where it has fields of those names; what is optional or readonly stays so. */
export type Narrow<T, Fields> = T extends infer U
  ? { [K in keyof U]: K extends keyof Fields ? Fields[K] : U[K] }
  : never;
