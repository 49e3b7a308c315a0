// Which packages are in what was built, and under which licences.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

// fonts are in GraphiQL's and its editor's stylesheets; the fonts' own metadata names their licences too.
const fonts = `The page's stylesheets contain these fonts:
- Roboto, Copyright 2011 Google Inc., Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0
- Fira Code, Copyright 2014 The Fira Code Project Authors, SIL Open Font License 1.1, https://openfontlicense.org
- Codicons, Copyright Microsoft Corporation, Creative Commons Attribution 4.0, https://creativecommons.org/licenses/by/4.0
`;

// licenses is the text about every package of which the built files have something, by name.
export async function licenses(metafiles) {
  const folders = new Set();
  for (const meta of metafiles) {
    for (const output of Object.values(meta.outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
        if (folder && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  const texts = [];
  for (const folder of [...folders].sort()) texts.push(await about(folder));
  return "The console of Ficus contains these packages, from npm.\n\n" + fonts + "\n" + texts.join("\n");
}

async function about(folder) {
  const { name, version, license, licenses: old, repository } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const under = license ?? old?.map((l) => l.type).join(" or ");
  if (!under) throw new Error(`${name} names no licence`);
  const from = typeof repository === "string" ? repository : repository?.url ?? "";
  const names = (await readdir(folder)).filter((f) => /^(licen[cs]e|notice|third-?party)/i.test(f)).sort();
  const files = await Promise.all(names.map((f) => readFile(join(folder, f), "utf8")));
  const rule = "-".repeat(100) + "\n";
  return rule + `${name} ${version}, ${under}${from && ", " + from}\n` + files.map((f) => "\n" + f.trim() + "\n").join("");
}
