// Where the service keeps its state and has its socket when nobody says otherwise.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defaultSocketPath, defaultStateDirectory } from '../../../src/control/default-paths.ts';

suite('default places', () => {
  test('of root are those of the system', () => {
    const root = { variables: { HOME: '/root', XDG_RUNTIME_DIR: '/run/user/0', XDG_STATE_HOME: '/x' }, isRoot: true };
    assert.equal(defaultStateDirectory(root), '/var/lib/hawser');
    assert.equal(defaultSocketPath(root), '/run/hawser/hawser.sock');
  });

  test('of others are where the desktop specification has them, or the home', () => {
    const named = { variables: { HOME: '/h', XDG_RUNTIME_DIR: '/run/user/7', XDG_STATE_HOME: '/s' }, isRoot: false };
    assert.equal(defaultStateDirectory(named), '/s/hawser');
    assert.equal(defaultSocketPath(named), '/run/user/7/hawser/hawser.sock');
    const bare = { variables: { HOME: '/h', XDG_RUNTIME_DIR: '', XDG_STATE_HOME: '' }, isRoot: false };
    assert.equal(defaultStateDirectory(bare), '/h/.local/state/hawser');
    assert.equal(defaultSocketPath(bare), '/h/.local/state/hawser/hawser.sock');
    assert.equal(defaultSocketPath(bare, '/mine'), '/mine/hawser.sock');
  });

  test('are those that the environment names, for everybody', () => {
    for (const isRoot of [true, false]) {
      const named = { variables: { HAWSER_STATE: '/a', HAWSER_SOCKET: '/b' }, isRoot };
      assert.deepEqual([defaultStateDirectory(named), defaultSocketPath(named)], ['/a', '/b']);
    }
  });
});
