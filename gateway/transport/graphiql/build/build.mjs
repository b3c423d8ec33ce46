// Bundles GraphiQL with the plan panel and the examples into ../assets. Run it by `npm ci && npm run build`; README.md says when.
import { createHash } from "node:crypto";
import { copyFile, readFile, readdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { collectLicences } from "./licences.mjs";
import { EXPLORER, GRAPHIQL, translate } from "./translate.mjs";

const ASSETS = "../assets";
const common = {
  bundle: true,
  minify: true,
  legalComments: "none", // they are in LICENSES.txt
  metafile: true,
  target: ["chrome115", "firefox115", "safari16.4"],
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

const translations = [await translate(GRAPHIQL, "src/graphiql.zh.json"), await translate(EXPLORER, "src/explorer.zh.json")];
const results = await Promise.all([
  build({
    ...common,
    entryPoints: { app: "src/main.jsx" },
    outdir: ASSETS,
    format: "esm",
    jsx: "automatic",
    alias: {
      "monaco-editor/esm/vs/editor/edcore.main.js": "./src/editor.js",
      "prettier/parser-graphql": "prettier/plugins/graphql",
      "prettier/plugins/estree": "./src/json-format.js",
      "prettier/parser-babel": "./src/json-format.js",
    },
    inject: ["src/text.js"],
    loader: { ".ttf": "file" },
    assetNames: "[name]",
    plugins: translations.map((translation) => translation.plugin),
  }),
  build({
    ...common,
    entryPoints: {
      "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
      "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
      "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    },
    outdir: ASSETS,
    format: "iife",
  }),
]);

for (const translation of translations) translation.check();
await copyFile("src/icon.svg", `${ASSETS}/icon.svg`);
const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
await writeFile(`${ASSETS}/LICENSES.txt`, await collectLicences(inputs));
await writeFile(`${ASSETS}/SOURCES.txt`, await hashSources());
for (const [file, { bytes }] of results.flatMap((result) => Object.entries(result.metafile.outputs))) {
  console.log(`${String(Math.round(bytes / 1024)).padStart(6)} KB  ${file}`);
}

/** A line with the hash of each file that the bundle is made from. A test compares them, so that no change here goes unbuilt. */
async function hashSources() {
  const recipe = ["build.mjs", "licences.mjs", "package-lock.json", "package.json", "translate.mjs"];
  const sources = (await readdir("src")).map((file) => `src/${file}`);
  const lines = [...recipe, ...sources].sort().map(async (file) => {
    const digest = createHash("sha256").update(await readFile(file)).digest("hex");
    return `${digest}  ${file}\n`;
  });
  return (await Promise.all(lines)).join("");
}
