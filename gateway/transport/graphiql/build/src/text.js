// The interface's language is the browser's: Chinese or English.
import zh from "./graphiql.zh.json";

export const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

/** A text of GraphiQL itself. */
export function graphiqlText(text) {
  return (language === "zh" && zh[text]) || text;
}
