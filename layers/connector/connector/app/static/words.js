// The texts that scripts say: the server puts those of the page's language into the document.

const texts = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const main = document.getElementById("content");
export const language = main?.dataset.language ?? "en";
const locale = main?.dataset.locale ?? language;
const plurals = new Intl.PluralRules(language);

/** The text of a key with values in its places; `count` chooses among plural forms. */
export function say(key, values = {}) {
  let text = texts[key] ?? key;
  if (typeof text === "object") text = text[plurals.select(values.count)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? shown(values[name]) : place));
}

/** An amount as the language writes it. */
export const amount = (value) =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Number(value));

function shown(value) {
  return typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : String(value);
}
