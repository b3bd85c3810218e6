import { contrast, mix, readable, rotateHue, type Hex } from './colour'
import { choose } from './hash'

/** How a shop is laid out. Two shops with one accent still differ. */
export interface Look {
  readonly face: 'rounded' | 'antique' | 'plain' | 'narrow' | 'typed'
  readonly corners: 'sharp' | 'soft' | 'round'
  readonly ground: 'paper' | 'tint' | 'night'
  readonly hero: 'window' | 'banner' | 'sign'
  readonly motif: 'waves' | 'dots' | 'arches' | 'rays'
}

export function lookOf(host: string): Look {
  return {
    face: choose(`${host} face`, ['rounded', 'antique', 'plain', 'narrow', 'typed']),
    corners: choose(`${host} corners`, ['sharp', 'soft', 'round']),
    ground: choose(`${host} ground`, ['paper', 'tint', 'paper', 'tint', 'night']),
    hero: choose(`${host} hero`, ['window', 'banner', 'sign']),
    motif: choose(`${host} motif`, ['waves', 'dots', 'arches', 'rays']),
  }
}

export const accents: readonly [Hex, ...Hex[]] = [
  '#c2410c',
  '#0f766e',
  '#7c3aed',
  '#be185d',
  '#1d4ed8',
  '#4d7c0f',
  '#b45309',
  '#0e7490',
]

/** Custom properties for the whole page, all made from the accent. */
export function paletteOf(host: string, accent: Hex, ground: Look['ground']): Record<string, Hex> {
  const dark = ground === 'night'
  const page = dark
    ? mix(accent, '#0d0e11', 0.9)
    : ground === 'tint'
      ? mix(accent, '#ffffff', 0.92)
      : '#ffffff'
  const ink = dark ? '#f4f2ee' : mix(accent, '#121214', 0.88)
  const onAccent = contrast(accent, '#ffffff') >= 4.5 ? '#ffffff' : readable('#141416', accent)
  const companion = rotateHue(
    mix(accent, '#ffffff', 0.12),
    choose(`${host} pair`, [150, 190, 45, 300]),
  )
  return {
    '--accent': accent,
    '--on-accent': onAccent,
    '--accent-on-action': readable(accent, onAccent),
    '--page': page,
    '--ink': ink,
    '--ink-soft': readable(mix(ink, page, 0.32), page),
    '--line': mix(ink, page, 0.82),
    '--panel': dark
      ? mix(accent, '#16171b', 0.8)
      : mix(accent, '#ffffff', ground === 'tint' ? 0.8 : 0.88),
    '--panel-two': dark ? mix(companion, '#16171b', 0.78) : mix(companion, '#ffffff', 0.82),
    '--link': readable(accent, page),
    '--art-main': accent,
    '--art-deep': mix(accent, '#0c0c10', 0.38),
    '--art-pale': mix(accent, '#fffdf8', 0.72),
    '--art-dark': dark ? mix(accent, '#efeae0', 0.8) : mix(accent, '#17171a', 0.78),
    '--art-pair': companion,
  }
}
