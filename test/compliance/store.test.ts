// Every store under the store suite.

import { openStore } from '../../src/store/index.ts';
import { storeSuite } from './store.ts';

storeSuite('SQLite in a directory', (directory) => openStore({ directory }));
