// What generated pages have in common: the first line, and tables.

/** The first line of a generated page. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by npm run docs; edit that, not this. -->`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
