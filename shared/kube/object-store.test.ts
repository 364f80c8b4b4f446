import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Widget, widgetJson, widgetResource } from '../../test/support/widget.ts';
import { ObjectStore } from './object-store.ts';

const version = (resourceVersion: number, color = 'red', uid = 'u1'): Widget => {
  const json = widgetJson('one', color);
  return widgetResource.parse({
    ...json,
    metadata: { name: 'one', namespace: 'default', uid, resourceVersion: String(resourceVersion) },
  });
};

const named = (name: string, widget: Widget): Widget => ({ ...widget, meta: { ...widget.meta, name, uid: name } });

function storeWith(first: Widget) {
  const store = new ObjectStore<Widget>({ keep: ({ color }) => color !== 'unkept', onListenerError: () => undefined });
  store.set(first);
  const told: string[] = [];
  store.onChange(({ type, object }) => told.push(`${type} ${object.meta.resourceVersion}`));
  return { store, told, has: () => store.get('default/one')?.meta.resourceVersion };
}

describe('a cache that learns from our own writes', () => {
  test('has what was written at once, and tells nobody, also when the watch tells of it', () => {
    const { store, told, has } = storeWith(version(5));
    store.wrote(version(5), version(6));
    assert.equal(has(), '6');
    store.set(version(6));
    assert.deepEqual(told, []);
  });

  test('does not go back to what earlier writes of ours made', () => {
    const { store, told, has } = storeWith(version(5));
    store.wrote(version(5), version(6));
    store.wrote(version(6), version(8));
    for (const late of [5, 6, 8]) store.set(version(late));
    assert.equal(has(), '8');
    assert.deepEqual(told, []);
  });

  test('knows of which versions nothing need be read', () => {
    const { store, told } = storeWith(version(5));
    store.wrote(version(5), version(6));
    store.wrote(version(6), version(8));
    const isNoted = (widget: Widget): boolean => store.note(widget.meta);
    assert.deepEqual(
      [5, 6, 7].map((number) => isNoted(version(number))),
      [true, true, false],
    );
    assert.equal(isNoted(version(8, 'red', 'u2')), false);
    assert.equal(isNoted(named('other', version(8))), false);
    assert.equal(isNoted(version(8)), true);
    // What was before has been passed for good.
    assert.equal(isNoted(version(6)), false);
    assert.deepEqual(told, []);
  });

  test('tells what others write afterwards', () => {
    const { store, told } = storeWith(version(5));
    store.wrote(version(5), version(6));
    store.set(version(9));
    store.set(version(6));
    assert.deepEqual(told, ['modified 9', 'modified 6']);
  });

  test('ignores an answer that comes after the watch has told of it, or of more', () => {
    const { store, told, has } = storeWith(version(5));
    store.set(version(6));
    store.wrote(version(5), version(6));
    store.set(version(9));
    store.wrote(version(6), version(7));
    assert.equal(has(), '9');
    assert.deepEqual(told, ['modified 6', 'modified 9']);
  });

  test('ignores an answer about an object that is gone, or was made anew', () => {
    const { store, has } = storeWith(version(5));
    store.delete('default/one');
    store.wrote(version(5), version(6));
    assert.equal(has(), undefined);
    store.set(version(7, 'red', 'u2'));
    store.wrote(version(7), version(8));
    assert.equal(has(), '7');
  });

  test('leaves to the watch what it is not to keep any longer', () => {
    const { store, told, has } = storeWith(version(5));
    store.wrote(version(5), version(6, 'unkept'));
    assert.equal(has(), '5');
    store.set(version(6, 'unkept'));
    assert.deepEqual(told, ['deleted 5']);
  });

  test('believes a list that began after the write, whatever version it brings', () => {
    const { store, told, has } = storeWith(version(5));
    store.wrote(version(5), version(6));
    store.beginList();
    store.set(version(5));
    assert.equal(has(), '5');
    assert.deepEqual(told, ['modified 5']);
  });
});

describe('a list of what was in the cache before', () => {
  const synced = () => {
    const { store, told } = storeWith(version(5));
    store.endList({ keys: new Set(['default/one']), changed: [] });
    return { store, told };
  };

  test('tells first of what is not to be kept any longer', () => {
    const { store, told } = synced();
    const listing = { keys: new Set<string>(), changed: [] };
    store.setListed(named('new', version(7)), listing);
    store.setListed(version(6, 'unkept'), listing);
    store.endList(listing);
    assert.deepEqual(told, ['deleted 5', 'added 7']);
  });

  test('holds nothing of what was never kept', () => {
    const { store, told } = synced();
    const listing = { keys: new Set(['default/one']), changed: [] };
    store.setListed(named('other', version(7, 'unkept')), listing);
    assert.deepEqual(listing, { keys: new Set(['default/one']), changed: [] });
    store.endList(listing);
    assert.deepEqual(told, []);
  });
});
