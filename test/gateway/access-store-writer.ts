// A process of its own: counts up its name in a record that another process writes as well.
import { SqliteAccessStore } from '../../gateway/edge/sqlite-access-store.ts';
import { draft, NOTHING, SETUP, write } from './access-store-contract.ts';

const [file, name, rounds] = process.argv.slice(2);
const store = new SqliteAccessStore(file, SETUP);
for (let done = 0; done < Number(rounds); ) {
  const read = (await store.load(['shared'])).get('shared');
  const counts: Record<string, number> = JSON.parse(read?.json ?? '{}');
  const json = JSON.stringify({ ...counts, [name]: (counts[name] ?? 0) + 1 });
  const documents = [write('shared', read?.version ?? 0, json)];
  if (await store.commit({ ...NOTHING, documents, audit: [draft('x', done % 250)] })) done++;
}
await store.close();
