// The licence of every package of which something is in the bundle, with its notice.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const LICENCE = /^(licen[cs]e|notice|thirdpartynotices)/i;

/** One text with name, version, licence and notice of each package that the bundled files come from. */
export async function collectLicences(files) {
  const folders = new Set(files.map((file) => PACKAGE.exec(file)?.[1]).filter(Boolean));
  const parts = await Promise.all([...folders].sort().map(describe));
  return `The files in this folder were bundled from these packages.\n\n${parts.join("\n")}`;
}

async function describe(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (!license) throw new Error(`${name} has no licence`);
  const notices = (await readdir(folder)).filter((file) => LICENCE.test(file)).sort();
  const texts = await Promise.all(notices.map((file) => readFile(join(folder, file), "utf8")));
  const head = `${"=".repeat(100)}\n${name} ${version} (${license})\n${"=".repeat(100)}\n`;
  return `${head}\n${texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n")}\n`;
}
