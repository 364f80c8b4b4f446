import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FolderJournal } from './folder-journal.ts';
import { Store } from './store.ts';

test('a journal whose last line was cut by a kill still gives all that was confirmed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  try {
    const journal = new FolderJournal(folder);
    const { revision } = journal.open();
    const store = new Store({ historyLimit: 10, revision, journal });
    store.put('/things', { metadata: { name: 'a' }, value: 1 });
    store.put('/things', { metadata: { name: 'a' }, value: 2 });
    store.remove('/things', store.put('/things', { metadata: { name: 'b' } }));
    journal.close();
    appendFileSync(join(folder, 'journal.jsonl'), '{"action":"put","revision":5,"coll');

    const restored = new FolderJournal(folder);
    const found = restored.open();
    restored.close();
    assert.equal(found.revision, 4);
    assert.deepEqual(
      found.objects.map(({ collection, object }) => [collection, object.json]),
      [['/things', { metadata: { name: 'a', resourceVersion: '2' }, value: 2 }]],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
