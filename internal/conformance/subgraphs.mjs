// Prints the subgraphs that the supergraphs of files of rows were composed of, a set a line, each supergraph once.
// Run it in the judge's folder, where Apollo's libraries are installed: node subgraphs.mjs ROWS...
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { Supergraph } = createRequire(process.cwd() + '/x.js')('@apollo/federation-internals');

// An extracted subgraph without queries names a query root that it does not define: its links alone are kept.
function withoutMissingRoot(sdl) {
  const root = sdl.match(/query: (\w+)/)?.[1];
  const defined = root && new RegExp(`^(extend )?type ${root}\\b`, 'm').test(sdl);
  return root && !defined ? sdl.replace(/^schema([^{]*)\{[^}]*\}/, 'extend schema$1') : sdl;
}

const seen = new Set();
for (const file of process.argv.slice(2)) {
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const row = JSON.parse(line);
    if (seen.has(row.supergraphSdl)) continue;
    seen.add(row.supergraphSdl);
    try {
      const graph = Supergraph.build(row.supergraphSdl, { supportedFeatures: null });
      const subgraphs = [...graph.subgraphs()].map(s => ({ name: s.name, url: s.url, sdl: withoutMissingRoot(s.toString()) }));
      console.log(JSON.stringify({ id: row.id, subgraphs }));
    } catch (e) {
      console.error(`${row.id}: ${e.message.split('\n')[0]}`);
    }
  }
}
