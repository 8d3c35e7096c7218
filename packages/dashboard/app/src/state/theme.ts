import { settings } from './settings.ts';

/** Keeps the page's colours as the settings say; `system` leaves it to the browser. */
export function followTheme(): void {
  const show = (): void => {
    const { theme } = settings.get();
    document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme;
    document.documentElement.dataset.theme = theme;
  };
  show();
  settings.subscribe(show);
}

/** Whether it is dark now. */
export function isDark(): boolean {
  const { theme } = settings.get();
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}
