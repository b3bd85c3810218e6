/** Runs the work `count` times and gives the rate. */
export function perSecond(count, work) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) work(i)
  return (count * 1e9) / Number(process.hrtime.bigint() - start)
}

/** Prints a titled table with aligned columns. */
export function printRows(title, rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)))
  console.log(`\n${title}`)
  for (const row of rows) {
    console.log(
      `  ${row
        .map((cell, i) => String(cell).padEnd(widths[i]))
        .join('   ')
        .trimEnd()}`,
    )
  }
}

/** Whether what was measured keeps to its target. */
export function verdict(isReached) {
  return isReached ? 'PASS' : 'MISS'
}

/** The value below which the share `p` of the numbers lies. */
export function percentile(numbers, p) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
}

export function median(numbers) {
  return percentile(numbers, 0.5)
}
