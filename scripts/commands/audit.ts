import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { AuditReader, StoredEntry } from '../../gateway/core/audit/audit-store.ts';
import { proofToJson } from '../../gateway/core/audit/proof.ts';
import { isoUtc } from '../../gateway/core/iso-utc.ts';
import { nodeCrypto } from '../../gateway/edge/node-crypto.ts';
import { wholeNumberIn } from '../arguments.ts';
import { documentLines, entryDocument, entryLine } from '../audit/entry-text.ts';
import { chainNamed, collectCheckpoint, collectKey, seqNumber, withFile } from '../audit/given.ts';
import { noteLegalReading } from '../audit/legal-reading.ts';
import { proofOf } from '../audit/prove.ts';
import { reportCopy, reportProof } from '../audit/verify.ts';
import { CommandError, EXIT } from '../exit.ts';
import { log, printJson } from '../output.ts';

const EXAMPLES = `
Every attempt of a known party to move a lock is an entry in the chain of its box. Nothing here needs a secret.
Each of them takes --json.

Examples:
  bordbox audit list --data ./data                        the boxes, and how many entries each has
  bordbox audit list 7pc3 --data ./data                   entries of the box whose id begins so
  bordbox audit show 7pc3 12 --data ./data                one entry, with what was signed
  bordbox audit prove 7pc3 12 --data ./data --out 12.proof.json
  bordbox audit verify --proof 12.proof.json --key 3f0c...e1
  bordbox audit verify copy-of-gateway.db --key 3f0c...e1 --checkpoint published.json

--key is the public key with which the gateway signs receipts and checkpoints. A checkpoint that was published on the
backend plane (audit/audit.checkpoint) and kept shows whether the log was cut off behind it.
Copy gateway.db together with gateway.db-wal while a gateway runs.

Exit codes: 0 no flaw, 1 tampered with or not proved, 2 wrong words or not a store.`;

interface DataWords {
  readonly data: string;
  readonly json?: boolean;
}

export function auditCommand(): Command {
  const command = new Command('audit')
    .description('the log of everything that may move a lock: list, show, prove, verify (A16)')
    .addHelpText('after', EXAMPLES);
  const part = (words: string, description: string): Command =>
    command.command(words).description(description).option('--json', 'one JSON document as the last line');
  const onData = (made: Command): Command =>
    made.option('--data <path>', 'data folder of a gateway, or a copy of its gateway.db', './bordbox-data');
  onData(part('list', 'boxes with entries, or the entries of one'))
    .argument('[box]', 'id of a box or its beginning, or "gateway"')
    .option('--last <n>', 'so many entries, the newest', wholeNumberIn(1, 1_000_000), 50)
    .action(list);
  onData(part('show', 'one entry, decoded'))
    .argument('<box>', 'id of a box or its beginning')
    .argument('<seq>', 'number of the entry', seqNumber)
    .option('--legal <case>', 'show a blocked payload as well; the log keeps who did so and why (B12)')
    .action(show);
  onData(part('prove', 'write a proof of one entry that needs no store to be checked'))
    .argument('<box>', 'id of a box or its beginning')
    .argument('<seq>', 'number of the entry', seqNumber)
    .option('--since <checkpoint>', 'prove as well that nothing before this checkpoint has changed', collectCheckpoint)
    .option('--out <file>', 'where the proof goes; standard output without it')
    .action(prove);
  part('verify', 'look for tampering in a copy of the store, or check a proof')
    .argument('[copy]', 'data folder, or a copy of its gateway.db')
    .requiredOption('--key <hex>', 'public key of the gateway; repeat it for several', collectKey)
    .option('--checkpoint <checkpoint>', 'one that was published: digits, or a file with its event', collectCheckpoint)
    .option('--proof <file>', 'check this proof; no store is needed')
    .action(verify);
  return command;
}

async function list(
  box: string | undefined,
  { data, json, last }: DataWords & { readonly last: number },
): Promise<void> {
  await withFile(data, async (file) => {
    const reader = file.reader();
    if (box === undefined) return listChains(reader, json);
    const chain = await chainNamed(reader, box);
    const { entries } = (await reader.chains()).find((one) => one.chain === chain) ?? { entries: 0 };
    const shown = await reader.entries(chain, Math.max(1, entries - last + 1), last);
    if (json) printJson(shown.map((entry) => entryDocument(entry, nodeCrypto())));
    else for (const entry of shown) process.stdout.write(`${entryLine(entry)}\n`);
  });
}

async function listChains(reader: AuditReader, json: boolean | undefined): Promise<void> {
  const chains = await reader.chains();
  if (json) printJson(chains.map(({ chain, entries, lastMs }) => ({ chain, entries, last: isoUtc(lastMs) })));
  else if (chains.length === 0) log('audit: nothing has been attempted yet');
  else for (const { chain, entries, lastMs } of chains) process.stdout.write(chainLine(chain, entries, lastMs));
}

function chainLine(chain: string, entries: number, lastMs: number): string {
  return `${chain.padEnd(26)}  ${String(entries).padStart(6)} entries, the last ${isoUtc(lastMs)}\n`;
}

interface ShowWords extends DataWords {
  readonly legal?: string;
}

async function show(box: string, seq: number, { data, json, legal }: ShowWords): Promise<void> {
  if (legal !== undefined) await noteReading(data, box, seq, legal);
  await withFile(data, async (file) => {
    const entry = await entryAt(file.reader(), box, seq);
    const document = entryDocument(entry, nodeCrypto(), legal !== undefined);
    if (json) printJson(document);
    else process.stdout.write(`${documentLines(document).join('\n')}\n`);
  });
}

async function noteReading(data: string, box: string, seq: number, legal: string): Promise<void> {
  if (!/^[\x20-\x7e]{1,40}$/.test(legal)) {
    throw new CommandError(EXIT.usage, 'audit: --legal wants the case in at most 40 letters, digits and signs');
  }
  const { chain } = await withFile(data, (file) => entryAt(file.reader(), box, seq));
  await noteLegalReading(data, chain, seq, legal);
  log(`audit: the log keeps that entry ${seq} of ${chain} was read for: ${legal}`);
}

interface ProveWords extends DataWords {
  readonly since?: readonly Uint8Array[];
  readonly out?: string;
}

async function prove(box: string, seq: number, { data, json, since, out }: ProveWords): Promise<void> {
  await withFile(data, async (file) => {
    const reader = file.reader();
    const entry = await entryAt(reader, box, seq);
    const proof = proofToJson(await proofOf(reader, entry, since?.at(-1), nodeCrypto()));
    if (out === undefined) return printJson(proof);
    writeFileSync(out, `${JSON.stringify(proof, null, 1)}\n`);
    if (json) printJson({ proof: out, chain: entry.chain, seq });
    else
      log(
        `audit: ${out} proves entry ${seq} of ${entry.chain}; check it with bordbox audit verify --proof ${out} --key HEX`,
      );
  });
}

async function entryAt(reader: AuditReader, box: string, seq: number): Promise<StoredEntry> {
  const chain = await chainNamed(reader, box);
  const [entry] = await reader.entries(chain, seq, 1);
  if (entry?.seq === seq) return entry;
  throw new CommandError(EXIT.usage, `audit: ${chain} has no entry ${seq}; bordbox audit list ${chain} shows all`);
}

interface VerifyWords {
  readonly key: readonly Uint8Array[];
  readonly checkpoint?: readonly Uint8Array[];
  readonly proof?: string;
  readonly json?: boolean;
}

async function verify(
  copy: string | undefined,
  { key, checkpoint = [], proof, json = false }: VerifyWords,
): Promise<void> {
  if ((copy === undefined) === (proof === undefined)) {
    throw new CommandError(EXIT.usage, 'audit: verify either a copy of the store or a proof (--proof FILE)');
  }
  const trusted = { keys: key, published: checkpoint };
  if (proof !== undefined) return reportProof(proof, trusted, json);
  await withFile(copy ?? '', async (file) => reportCopy(file, trusted, json));
}
