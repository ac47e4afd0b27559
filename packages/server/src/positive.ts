/** @throws TypeError for an option that must be a number from 1. */
export function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || value >= 1) return;
  throw new TypeError(`${name} must be a number from 1: ${value}`);
}
