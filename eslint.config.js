// What the linter enforces. A rule that is switched off says why in the sentence beside it.
import tseslint from 'typescript-eslint';

const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Take time from a Clock (base/clock.ts), so that tests can hold it.',
}));

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', '**/*.mjs', '*.js', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/return-await': ['error', 'always'],
      // Numbers and booleans in templates read well and cannot go wrong.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `while (true)` is the honest form of a pump that ends by return.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Methods of a contract may be empty where there is nothing to do.
      '@typescript-eslint/no-empty-function': 'off',
      'no-console': 'error',
      'no-restricted-globals': ['error', ...timers],
      'max-lines': ['error', { max: 400 }],
      eqeqeq: 'error',
    },
  },
  {
    // The one place where an index is trusted: its callers have checked the length.
    files: ['src/base/bytes.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['src/base/clock.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/cli/**', 'src/bin/**', 'scripts/**', 'examples/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**'],
    rules: {
      // node:test collects the promises that its `test` and `suite` return.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: ['test', 'it', 'suite', 'describe'].map((name) => ({
            from: 'package',
            package: 'node:test',
            name,
          })),
        },
      ],
      // A test states what it knows of its own fixtures.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
