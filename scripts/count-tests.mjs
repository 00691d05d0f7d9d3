// A reporter for node:test that yields one JSON object: how many tests passed, failed and were skipped, why they were
// skipped, and which files held no test. Used by scripts/test.mjs.

/** Node 20 reports a file without tests as one passed test named after the file. */
function isWholeFile(data) {
  return data.nesting === 0 && data.name === data.file;
}

/** Counts the events of one run. */
export default async function* countTests(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, reasons: {}, empty: [] };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isSuite = data.details?.type === 'suite';
    if (type === 'test:fail') counts.failed += isSuite ? 0 : 1;
    else if (isWholeFile(data)) counts.empty.push(data.file);
    else if (data.skip !== undefined && data.skip !== false) {
      counts.skipped += 1;
      const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
      counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1;
    } else if (!isSuite) counts.passed += 1;
  }
  yield JSON.stringify(counts);
}
