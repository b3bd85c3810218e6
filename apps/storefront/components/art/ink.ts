/** The five inks that every drawing uses; a shop mixes its own. */
export const main = 'var(--art-main)'
export const deep = 'var(--art-deep)'
export const pale = 'var(--art-pale)'
export const dark = 'var(--art-dark)'
export const pair = 'var(--art-pair)'
