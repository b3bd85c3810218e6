import { dark, deep, main, pair, pale } from './ink'

export const notebook = (
  <>
    <path d="M60 30h84c4 0 6 2 6 6v140c0 4-2 6-6 6H60z" fill={pale} />
    <path d="M50 24h84c6 0 8 2 8 8v140c0 6-2 8-8 8H50z" fill={main} />
    <path d="M50 24h18v156H50z" fill={deep} />
    <path d="M120 24h8v156h-8z" fill={dark} />
    <path d="M78 54h34v26H78z" fill={pale} />
    <path d="M92 180h9v16l-4.500-5-4.500 5z" fill={pair} />
  </>
)

export const clock = (
  <>
    <path d="M58 160l-14 22m98-22l14 22" stroke={dark} strokeWidth="10" strokeLinecap="round" />
    <path d="M32 70c-10-28 20-44 40-28zm136 0c10-28-20-44-40-28z" fill={deep} />
    <path d="M100 22v20" stroke={dark} strokeWidth="8" strokeLinecap="round" />
    <circle cx="100" cy="110" r="66" fill={main} />
    <circle cx="100" cy="110" r="51" fill="#fffdf8" />
    <path d="M100 66v8m0 72v8m-44-44h8m72 0h8" stroke={dark} strokeWidth="5" />
    <path d="M100 110V78m0 32l24 14" stroke={dark} strokeWidth="6" strokeLinecap="round" />
    <circle cx="100" cy="110" r="6" fill={pair} />
  </>
)

export const soap = (
  <>
    <rect x="34" y="126" width="132" height="54" rx="12" fill={main} />
    <path d="M34 150h132v18c0 8-4 12-12 12H46c-8 0-12-4-12-12z" fill={deep} />
    <path d="M78 126h44v54H78z" fill={pale} />
    <rect x="48" y="74" width="108" height="52" rx="12" fill={pair} />
    <path d="M84 74h36v52H84z" fill="#fffdf8" />
    <circle cx="102" cy="100" r="9" fill={dark} />
    <g fill="none" stroke={main} strokeWidth="4">
      <circle cx="60" cy="48" r="13" />
      <circle cx="92" cy="30" r="9" />
      <circle cx="136" cy="44" r="16" />
    </g>
  </>
)

export const brush = (
  <>
    <path d="M92 16c0-8 16-8 16 0v70H92z" fill={pair} />
    <circle cx="100" cy="26" r="4" fill={dark} />
    <path d="M62 104c0-14 14-22 38-22s38 8 38 22v14H62z" fill={main} />
    <path d="M116 83c14 3 22 10 22 21v14h-22c4-14 4-24 0-35" fill={deep} />
    <path d="M60 118h80l8 56c-16 8-80 8-96 0z" fill={pale} />
    <path
      d="M68 120l-8 54m20-54l-4 58m18-58v60m16-60l4 58m14-58l10 54"
      stroke={dark}
      strokeWidth="3"
      opacity=".5"
    />
  </>
)
