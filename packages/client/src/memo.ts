/** Computes anew only when an input is another object than the last time. */
export function memo<Inputs extends readonly unknown[], Result>(
  compute: (...inputs: Inputs) => Result,
): (...inputs: Inputs) => Result {
  let last: { readonly inputs: Inputs; readonly result: Result } | undefined;
  return (...inputs) => {
    if (last === undefined || last.inputs.some((input, index) => input !== inputs[index])) {
      last = { inputs, result: compute(...inputs) };
    }
    return last.result;
  };
}
