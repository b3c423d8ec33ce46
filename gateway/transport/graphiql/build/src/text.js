// The interface's language: the one that was chosen here, else the browser's. Chinese or English.
import explorer from "./explorer.zh.json";
import graphiql from "./graphiql.zh.json";

const CHOSEN = "tongfen:language";
const zh = { ...graphiql, ...explorer };
const wanted = localStorage.getItem(CHOSEN) ?? navigator.language;

export const language = wanted.toLowerCase().startsWith("zh") ? "zh" : "en";

/** A text of GraphiQL itself. */
export function graphiqlText(text) {
  return (language === "zh" && zh[text]) || text;
}

/** Show the page anew in a language; it remembers that, and what was written stays. */
export function choose(other) {
  localStorage.setItem(CHOSEN, other);
  location.reload();
}
