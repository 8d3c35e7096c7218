import { changeSettings, type Settings, settings } from '../state/settings.ts';
import { createStore, useStore } from '../state/store.ts';
import { en } from './en/index.ts';

/** A text, or its forms by number: `{ one, other }`, told apart by the parameter `count`. */
export type Text = string | { readonly one: string; readonly other: string };
export type Dictionary = { readonly [name in TextName]: Text };
export type TextName = keyof typeof en;
export type TextParameters = Readonly<Record<string, string | number>>;
type Language = Settings['language'];

const loaded = createStore<{ readonly language: Language; readonly texts: Dictionary }>({ language: 'en', texts: en });

/** Loads the language that the settings name; English is always there. */
export async function loadLanguage(language: Language): Promise<void> {
  const texts: Dictionary = language === 'de' ? (await import('./de/index.ts')).de : en;
  loaded.set({ language, texts });
  document.documentElement.lang = language;
}

export async function changeLanguage(language: Language): Promise<void> {
  await loadLanguage(language);
  changeSettings({ language });
}

/** A text of a dictionary, with what is in braces replaced. `language` says how numbers are written. */
export function translate(
  texts: Dictionary,
  language: string,
  name: TextName,
  parameters: TextParameters = {},
): string {
  const text = texts[name];
  const form = typeof text === 'string' ? text : formOf(text, language, Number(parameters.count));
  return form.replace(/\{(\w+)\}/g, (whole, parameter: string) => {
    const value = parameters[parameter];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

const formOf = (text: Exclude<Text, string>, language: string, count: number): string =>
  new Intl.PluralRules(language).select(count) === 'one' ? text.one : text.other;

export type Translate = (name: TextName, parameters?: TextParameters) => string;

/** Outside of components: the text in the present language. */
export const t: Translate = (name, parameters) => {
  const { texts } = loaded.get();
  return translate(texts, locale(), name, parameters);
};

/** The page's language as this user writes numbers and dates: `en-GB` where the browser says so. */
export const locale = (): string =>
  navigator.languages.find((each) => each.startsWith(settings.get().language)) ?? settings.get().language;

/** Renders the component again when the language changes, and gives `t`. */
export function useTranslate(): Translate {
  useStore(loaded);
  return t;
}
