// Instead of a JavaScript parser of half a megabyte: JSON with comments is laid out by the parser that is there anyway.
import { parse } from "jsonc-parser";

/** A prettier plugin's two halves for the one language that GraphiQL asks for. Text that is no JSON is left as it is. */
export const parsers = {
  jsonc: {
    parse: (text) => ({ text }),
    astFormat: "jsonc-text",
    locStart: () => 0,
    locEnd: (node) => node.text.length,
  },
};

export const printers = {
  "jsonc-text": {
    print: ({ node }) => layOut(node.text),
  },
};

function layOut(text) {
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  const hasComments = /^\s*\/[/*]/m.test(text);
  return errors.length || value === undefined || hasComments ? text : JSON.stringify(value, null, 2);
}
