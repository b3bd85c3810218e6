import { isWritable } from '../../http/writable.ts'

/** The reason phrase of an answer; none where it holds what must not stand there, which Node's parser lets pass. */
export function reasonOf(reason: string = ''): string {
  return isWritable(reason) ? reason : ''
}
