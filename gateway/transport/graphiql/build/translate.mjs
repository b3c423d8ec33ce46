// GraphiQL's interface knows English only. While it is bundled, each text that the table names is wrapped in a call that looks it up.
import { readFile } from "node:fs/promises";

export const GRAPHIQL = /node_modules[\\/](graphiql|@graphiql[\\/](react|plugin-history|plugin-doc-explorer))[\\/]dist[\\/].*\.js$/;
export const EXPLORER = /node_modules[\\/]graphiql-explorer[\\/]dist[\\/].*\.js$/;

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const call = (text) => `graphiqlText(${JSON.stringify(text)})`;

/** An esbuild plugin that does so in some packages, and a check that no text of the table went unused. */
export async function translate(packages, table) {
  const texts = Object.keys(JSON.parse(await readFile(table, "utf8")));
  const found = new Set();

  const replace = (source, pattern, text, replacement) =>
    source.replace(pattern, (...match) => {
      found.add(text);
      return replacement(...match);
    });

  const wrap = (source) => {
    for (const text of texts) {
      const literal = `(?:${escape(JSON.stringify(text))}|'${escape(text)}')`;
      source = replace(source, new RegExp(`${literal}:`, "g"), text, () => `[${call(text)}]:`);
      source = replace(source, new RegExp(`(?<!import |from |graphiqlText\\()${literal}`, "g"), text, () => call(text));
      source = replace(source, new RegExp("`" + escape(text) + " \\(\\$\\{", "g"), text, () => `\`\${${call(text)}} (\${`);
      source = replace(source, new RegExp("\\} " + escape(text) + "`", "g"), text, () => `} \${${call(text)}}\``);
      source = replace(source, new RegExp("\\}" + escape(text) + " \\(\\$\\{", "g"), text, () => `}\${${call(text)}} (\${`);
    }
    return source;
  };

  return {
    plugin: {
      name: `translate ${table}`,
      setup(build) {
        build.onLoad({ filter: packages }, async ({ path }) => ({ contents: wrap(await readFile(path, "utf8")), loader: "js" }));
      },
    },
    check() {
      const unused = texts.filter((text) => !found.has(text));
      if (unused.length) throw new Error(`GraphiQL has no such texts any more: ${unused.join(" | ")}`);
    },
  };
}
