import {
  AGE,
  CACHE_STATUS,
  REQUEST_ID,
  type Coding,
  type Entry,
  type Representation,
} from '../cache/entry.ts'
import type { ResponseCache } from '../cache/response-cache.ts'
import type { Scope } from '../cache/scope.ts'
import type { Exchange } from './exchange.ts'
