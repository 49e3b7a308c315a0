// Builds the page into ../dist: node build.mjs. Each file is packed, as browsers take it; the same sources and the same
// package-lock.json make the same bytes.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { licenses } from "./licenses.mjs";

const here = dirname(fileURLToPath(import.meta.url)), dist = join(here, "..", "dist");
process.chdir(here);

const common = {
  bundle: true, minify: true, target: "es2022", legalComments: "none", metafile: true, write: false, outdir: dist,
  entryNames: "[name]", chunkNames: "[name]-[hash]", assetNames: "[name]", loader: { ".ttf": "file" },
  define: { "process.env.NODE_ENV": '"production"' }, logLevel: "warning",
};
const page = build({ ...common, entryPoints: { console: "src/main.jsx" }, format: "esm", splitting: true, jsx: "automatic" });
// What the editor does beside the page, in threads of their own: names are what src/workers.js asks for.
const workers = build({ ...common, format: "iife", entryPoints: {
  "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
  "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
} });
const built = await Promise.all([page, workers]);

await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) {
  if (name !== "placeholder.txt") await rm(join(dist, name), { recursive: true });
}
const files = new Map(built.flatMap((b) => b.outputFiles).map((f) => [f.path.slice(dist.length + 1), f.contents]));
files.set("LICENSES.txt", Buffer.from(await licenses(built.map((b) => b.metafile))));
let size = 0;
for (const [name, contents] of files) {
  const packed = gzipSync(contents, { level: 9 });
  packed[9] = 255; // the header's byte for the system that packed it
  size += packed.length;
  await writeFile(join(dist, name + ".gz"), packed);
}
await writeFile(join(dist, "index.html"), await readFile("src/index.html"));
console.log(`console: ${files.size} files, ${(size / 1e6).toFixed(1)} MB packed`);
