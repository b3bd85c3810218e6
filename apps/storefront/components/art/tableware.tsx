import { dark, deep, main, pair, pale } from './ink'

export const vase = (
  <>
    <path
      d="M100 88C98 60 80 44 66 30M101 88c4-34 18-46 34-62M100 88V22"
      stroke={dark}
      strokeWidth="3"
      fill="none"
    />
    <path
      d="M66 30c-16-4-20 6-18 16 12 2 20-4 18-16m69-4c16-6 22 4 20 14-12 4-20-2-20-14m-35-4c-8-12 0-20 2-20 8 6 6 14-2 20"
      fill={pair}
    />
    <path
      d="M80 82h40c2 18 34 28 28 62-4 24-22 36-48 36s-44-12-48-36c-6-34 26-44 28-62"
      fill={main}
    />
    <path d="M106 82h14c2 18 34 28 28 62-4 24-22 36-48 36 40-20 26-62 6-98" fill={deep} />
    <path d="M52 128c30 10 66 10 96 0v12c-30 10-66 10-96 0z" fill={pale} />
  </>
)

export const mug = (
  <>
    <path d="M138 96c40-8 44 56-2 56" fill="none" stroke={deep} strokeWidth="15" />
    <path d="M48 74h94v84c0 14-8 22-22 22H70c-14 0-22-8-22-22z" fill={main} />
    <path d="M118 74h24v84c0 14-8 22-22 22h-16c10-2 14-10 14-22z" fill={deep} />
    <path d="M48 106h94v22H48z" fill={pale} />
    <ellipse cx="95" cy="74" rx="47" ry="9" fill={dark} />
    <path
      d="M80 52c-8-10 8-16 0-30m26 30c-8-10 8-16 0-30"
      fill="none"
      stroke={pair}
      strokeWidth="5"
      strokeLinecap="round"
    />
  </>
)

export const teapot = (
  <>
    <path d="M146 96c46-14 44 58-6 54" fill="none" stroke={dark} strokeWidth="11" />
    <path d="M58 112C30 112 34 76 16 70c0-4 16-8 22 2 6 12 10 14 22 14z" fill={deep} />
    <ellipse cx="100" cy="126" rx="54" ry="50" fill={main} />
    <path d="M120 80c44 22 44 78-8 95 24-20 28-66 8-95" fill={deep} />
    <path d="M70 84c4-20 56-20 60 0z" fill={pair} />
    <circle cx="100" cy="62" r="8" fill={dark} />
    <path d="M70 174h60l-6 8H76z" fill={dark} />
    <circle cx="80" cy="128" r="9" fill={pale} />
    <circle cx="108" cy="140" r="6" fill={pale} />
    <circle cx="104" cy="112" r="5" fill={pale} />
  </>
)

export const bowl = (
  <>
    <circle cx="76" cy="86" r="26" fill={pair} />
    <circle cx="120" cy="82" r="28" fill={pale} />
    <path
      d="M120 54c0-10 6-16 14-18"
      fill="none"
      stroke={dark}
      strokeWidth="4"
      strokeLinecap="round"
    />
    <path d="M28 98h144c0 48-30 76-54 78H82c-24-2-54-30-54-78" fill={main} />
    <path d="M138 98h34c0 48-30 76-54 78h-14c24-14 34-46 34-78" fill={deep} />
    <path
      d="M34 122l14-16 14 16 14-16 14 16 14-16 14 16 14-16 14 16 14-16 8 10"
      fill="none"
      stroke={pale}
      strokeWidth="5"
    />
    <path d="M76 174h48v8H76z" fill={dark} />
  </>
)

export const oil = (
  <>
    <path d="M92 22h16v26H92z" fill={dark} />
    <path d="M108 26l22-10 4 7-26 14z" fill={dark} />
    <path
      d="M88 46h24v22c0 12 24 14 24 40v58c0 10-6 14-14 14H78c-8 0-14-4-14-14v-58c0-26 24-28 24-40z"
      fill={main}
    />
    <path
      d="M104 46h8v22c0 12 24 14 24 40v58c0 10-6 14-14 14h-14c8 0 10-4 10-14v-58c0-26-14-28-14-40z"
      fill={deep}
    />
    <path d="M64 114h54v36H64z" fill={pale} />
    <path d="M78 140c4-16 14-20 26-18-2 12-12 20-26 18" fill={pair} />
  </>
)

export const tin = (
  <>
    <path d="M56 62h88v108c0 6-4 10-10 10H66c-6 0-10-4-10-10z" fill={main} />
    <path d="M122 62h22v108c0 6-4 10-10 10h-18c4-2 6-6 6-10z" fill={deep} />
    <path d="M52 42c0-6 4-10 10-10h76c6 0 10 4 10 10v22H52z" fill={dark} />
    <path d="M56 88h66v62H56z" fill={pale} />
    <path
      d="M89 140c-16-12-18-28 0-42 18 14 16 30 0 42m0 4V110"
      fill={pair}
      stroke={dark}
      strokeWidth="2.5"
    />
  </>
)
