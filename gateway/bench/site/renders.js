// Pages and route handlers are bundled apart: what they share is kept on the global object.
const renders = (globalThis.benchRenders ??= new Map())

export function countRender(id) {
  renders.set(id, rendersOf(id) + 1)
}

export function rendersOf(id) {
  return renders.get(id) ?? 0
}

export function now() {
  return new Date().toISOString()
}
