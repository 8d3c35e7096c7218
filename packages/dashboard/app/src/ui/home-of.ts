/**
 * Where what floats beside an element is put: into its dialog, above which nothing from outside shows, or into its
 * landmark, so that screen readers find it where it belongs.
 */
export const homeOf = (element: Element | null): HTMLElement | null =>
  element?.closest<HTMLElement>('dialog, main, .header, nav') ?? document.querySelector('main');
