import { MemoryAccessStore } from '../../gateway/edge/memory-access-store.ts';
import { MemoryStore } from '../../gateway/edge/memory-store.ts';
import { accessStoreContract, SETUP } from './access-store-contract.ts';

accessStoreContract('memory', async () => {
  const store = new MemoryStore();
  return { store, access: new MemoryAccessStore(store, SETUP) };
});
