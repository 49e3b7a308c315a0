// Says whether a run of the judge is good. Arguments: its result, the file of its failures, the file of the cases in
// which it errs, and the most requests (0 for any number).
import fs from 'node:fs';

const [result, failures, errs, most] = process.argv.slice(2);
const lines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((l) => l && !l.startsWith('#'));
const r = JSON.parse(result);
const known = lines(errs).map((l) => l.split('\t'));

// A case is known by the first letters of its name, and the error with which it is refused.
const judgeErrs = (f) => known.some(([name, error]) =>
  f.kind === 'fail' && f.t.startsWith(name) && f.got.errors?.[0]?.message.includes(error));

const wrong = lines(failures).map((l) => JSON.parse(l)).filter((f) => !judgeErrs(f));
for (const f of wrong) console.error(JSON.stringify(f));
if (!r.pass || wrong.length) {
  console.error(`${wrong.length} wrong answers`);
  process.exit(1);
}
if (+most && r.requests > +most) {
  console.error(`more than ${most} requests`);
  process.exit(1);
}
