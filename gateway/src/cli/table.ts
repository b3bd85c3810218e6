/** Rows as aligned columns under their headings; empty columns are left out. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const shown = headings.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''))
  const widths = shown.map((i) =>
    Math.max(...[headings, ...rows].map((row) => (row[i] ?? '').length)),
  )
  return [headings, ...rows]
    .map((row) =>
      shown
        .map((i, n) => pad(row[i] ?? '', widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(width - text.length)
}
