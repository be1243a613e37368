import { endWithReader } from './output.ts';
import { runProgram } from './program.ts';

endWithReader();
const code = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
if (code !== null) process.exitCode = code;
