import { dark, deep, main, pair, pale } from './ink'

export const candle = (
  <>
    <path d="M100 12c14 18 16 24 10 34-4 8-16 8-20 0-6-10-4-18 10-34" fill={pair} />
    <path d="M100 46v14" stroke={dark} strokeWidth="3" />
    <path d="M84 58h32v84H84z" fill={pale} />
    <path d="M84 58h32v12c-4 10-8-2-12 6-6 10-12-2-20 4z" fill="#fffdf6" />
    <path d="M60 138h80c0 20-12 26-26 28v6h24v10H62v-10h24v-6c-14-2-26-8-26-28" fill={main} />
    <path d="M114 138h26c0 20-12 26-26 28v6h24v10h-34c8-8 10-26 10-44" fill={deep} />
    <path d="M140 144c24-6 24 22-2 18" fill="none" stroke={main} strokeWidth="7" />
  </>
)

export const lamp = (
  <>
    <path d="M56 100L22 180h156l-34-80z" fill={pair} opacity=".22" />
    <path d="M94 96h12v76H94z" fill={dark} />
    <path d="M64 172h72c6 0 8 8 8 8H56s2-8 8-8" fill={dark} />
    <path d="M28 100c0-42 32-72 72-72s72 30 72 72z" fill={main} />
    <path d="M112 29c34 4 60 32 60 71h-32c0-34-12-60-28-71" fill={deep} />
    <path d="M28 100h144l-6 10H34z" fill={pale} />
    <path d="M100 16v14" stroke={dark} strokeWidth="8" strokeLinecap="round" />
  </>
)

export const plant = (
  <>
    <g fill={pair}>
      <path d="M100 124C70 120 42 96 40 56c34 4 58 34 60 68" />
      <path d="M100 124c-4-40 4-80 20-104 20 34 10 80-20 104" />
      <path d="M100 124c10-36 34-56 64-56 2 34-28 58-64 56" />
    </g>
    <path
      d="M100 124C84 92 66 74 48 64m52 60c4-38 10-64 18-86m-18 86c18-26 38-40 56-50"
      fill="none"
      stroke={dark}
      strokeWidth="2.5"
    />
    <path d="M58 116h84l-4 20H62z" fill={deep} />
    <path d="M64 136h72l-8 44H72z" fill={main} />
    <path d="M112 136h24l-8 44h-24c6-12 8-28 8-44" fill={deep} />
  </>
)

export const stool = (
  <>
    <path d="M62 84L40 180h13l26-96zm76 0l22 96h-13l-26-96z" fill={deep} />
    <path d="M94 84h12v98H94z" fill={dark} />
    <path d="M60 130h80v9H60z" fill={dark} />
    <rect x="34" y="62" width="132" height="26" rx="13" fill={main} />
    <path d="M48 62c0-14 104-14 104 0" fill={pale} />
    <path d="M34 75h132c0 8-6 13-13 13H47c-7 0-13-5-13-13" fill={deep} />
    <path d="M118 56c-4-18 10-30 30-28-2 18-14 28-30 28" fill={pair} />
  </>
)

export const basket = (
  <>
    <path d="M52 96C52 30 148 30 148 96" fill="none" stroke={dark} strokeWidth="9" />
    <path d="M66 88c4-24 30-24 34-4 6-26 36-20 36 4z" fill={pair} />
    <path d="M32 90h136l-16 82c-2 6-6 8-12 8H60c-6 0-10-2-12-8z" fill={main} />
    <path d="M140 90h28l-16 82c-2 6-6 8-12 8h-20c14-22 20-54 20-90" fill={deep} />
    <path
      d="M40 112h120M44 134h112M48 156h104"
      stroke={pale}
      strokeWidth="7"
      strokeDasharray="15 9"
    />
    <rect x="26" y="84" width="148" height="14" rx="7" fill={deep} />
  </>
)

export const print = (
  <>
    <path d="M38 20h124v160H38z" fill={dark} />
    <path d="M46 28h108v144H46z" fill="#fffdf8" />
    <path d="M58 40h84v120H58z" fill={pale} />
    <circle cx="112" cy="78" r="24" fill={pair} />
    <path d="M58 126l28-34 24 28 14-14 18 20v34H58z" fill={main} />
    <path d="M58 142c28-14 56 10 84-6v24H58z" fill={deep} />
  </>
)
