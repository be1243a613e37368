import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { inFile, inMemory } from './privacy-rig.ts';
import { privacyStoreContract } from './privacy-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'bordbox-privacy-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

privacyStoreContract('memory', inMemory);
privacyStoreContract('SQLite', () => inFile(join(folder, `${++files}.db`)));
