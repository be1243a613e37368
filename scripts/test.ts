// Node 20's test runner takes no globs, so the files are listed here.
// Usage: npm test [-- PATH_PART...]   e.g. npm test -- protocol/cbor
//        npm test -- --long           what takes minutes: many processes, whole libraries of scenarios, years
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { globSync } from './files.ts';

const LONG = /\.long\.test\.ts$/;

const words = process.argv.slice(2);
const long = words.includes('--long');
const wanted = words.filter((word) => word !== '--long');
const files = globSync('test', '.test.ts').filter((file) =>
  wanted.length === 0 ? LONG.test(file) === long : wanted.some((part) => file.includes(part)),
);
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}; try: npm test -- protocol`);
  process.exit(2);
}
// Left to itself the runner leaves a core idle.
const atOnce = `--test-concurrency=${availableParallelism()}`;
const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', atOnce, '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
