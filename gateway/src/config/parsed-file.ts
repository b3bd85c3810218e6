import type { z } from 'zod'
import type { ConfigIssue } from '../errors.ts'
import { parseDocument, type ConfigDocument, type Path } from './document.ts'
import type { SourceFile } from './source.ts'
import { check, formatPath, salvage, type Finding } from './validate.ts'

/** A file of the config, read as far as it can be. */
export interface ParsedFile<T> {
  readonly source: SourceFile
  /** What it says; with issues, what can be told all the same, or undefined. */
  readonly value: T | undefined
  readonly issues: readonly ConfigIssue[]
  /** Whether a top-level key, or its absence, is what was meant, so that an issue with it is no mere follow-up. */
  readonly isSure: (key: string) => boolean
}

/** What a file's own rules, beyond its schema, make of it. */
export interface ReadValue<T> {
  readonly value: T
  readonly findings: readonly Finding[]
}

/** Says what is wrong at a place of a file. */
export type Report = (path: Path, message: string) => void

/** Reads one file: YAML, schema, then the rules of its kind. */
export function parseFile<S, T>(
  source: SourceFile,
  schema: z.ZodType<S>,
  read: (value: S, document: ConfigDocument, source: SourceFile) => ReadValue<T>,
): ParsedFile<T> {
  if ('wrong' in source.reading) return broken(source, source.reading.wrong)
  const document = parseDocument(source.reading.text)
  if (document.problems.length > 0) {
    const issues = document.problems.map((one) => ({ file: source.file, path: '', ...one }))
    return { source, value: undefined, issues, isSure: isNeverSure }
  }
  const checked = check(schema, document.value)
  const usable =
    checked.value === undefined
      ? salvage(schema, document.value, checked.findings)
      : { value: checked.value, isSure: isAlwaysSure }
  const result = usable && read(usable.value, document, source)
  const findings = [...checked.findings, ...(result?.findings ?? [])]
  const issues = findings.map((finding) => toIssue(source.file, document, finding))
  return { source, value: result?.value, issues, isSure: usable?.isSure ?? isNeverSure }
}

/** Not written in place: a closure there would keep the whole parsed document. */
function isAlwaysSure(): boolean {
  return true
}

function isNeverSure(): boolean {
  return false
}

/** The issue for a finding of the checks across files; the text is read once more for its position. */
export function issueIn(source: SourceFile, finding: Finding): ConfigIssue {
  const text = 'text' in source.reading ? source.reading.text : ''
  return toIssue(source.file, parseDocument(text), finding)
}

/** The issue for a file as a whole. */
export function fileIssue(file: string, message: string, path: string = ''): ConfigIssue {
  return { file, line: 0, column: 0, path, message }
}

function broken<T>(source: SourceFile, message: string): ParsedFile<T> {
  const issues = [fileIssue(source.file, message)]
  return { source, value: undefined, issues, isSure: isNeverSure }
}

function toIssue(file: string, document: ConfigDocument, finding: Finding): ConfigIssue {
  const { path, where, message } = finding
  return { file, ...document.at(path, where), path: formatPath(path), message }
}
