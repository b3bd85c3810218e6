/** `#rrggbb`. */
export type Hex = string

type Channels = readonly [red: number, green: number, blue: number]

export function parseHex(text: string | undefined): Hex | undefined {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(text ?? '')
  if (short)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`
  return /^#[\da-f]{6}$/i.test(text ?? '') ? text : undefined
}

/** `share` of the second colour, 0 to 1. */
export function mix(one: Hex, other: Hex, share: number): Hex {
  const [a, b] = [channels(one), channels(other)]
  return toHex([
    a[0] + (b[0] - a[0]) * share,
    a[1] + (b[1] - a[1]) * share,
    a[2] + (b[2] - a[2]) * share,
  ])
}

/** The contrast of WCAG 2, 1 to 21. */
export function contrast(one: Hex, other: Hex): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [
    number,
    number,
  ]
  return (light + 0.05) / (dark + 0.05)
}

/** The colour, moved towards black or white as far as text on the ground needs it. */
export function readable(colour: Hex, ground: Hex): Hex {
  const end = luminance(ground) > 0.3 ? '#000000' : '#ffffff'
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = mix(colour, end, share)
    if (contrast(candidate, ground) >= 4.6) return candidate
  }
  return end
}

export function rotateHue(colour: Hex, degrees: number): Hex {
  const [red, green, blue] = channels(colour)
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [third, side] = [(1 - cos) / 3, Math.sqrt(1 / 3) * sin]
  return toHex([
    red * (cos + third) + green * (third - side) + blue * (third + side),
    red * (third + side) + green * (cos + third) + blue * (third - side),
    red * (third - side) + green * (third + side) + blue * (cos + third),
  ])
}

function channels(colour: Hex): Channels {
  const value = Number.parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function toHex(parts: Channels): Hex {
  const digits = parts.map((part) =>
    Math.round(Math.min(Math.max(part, 0), 255))
      .toString(16)
      .padStart(2, '0'),
  )
  return `#${digits.join('')}`
}

function luminance(colour: Hex): number {
  const [red, green, blue] = channels(colour).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
