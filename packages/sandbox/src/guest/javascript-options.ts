/** The process in which JavaScript runs is started with these as JSON. */
export interface JavascriptGuestOptions {
  /** Where the packages are that the guest imports: it may not go and look. */
  readonly modules: { readonly [specifier: string]: string };
  readonly memoryMb: number;
  readonly fileBytes: number;
}
