export type Template = 'app' | 'pages'

/** The files of a small Next.js app, name and text, in the order in which they are written. */
export function templateFiles(template: Template, app: string): [name: string, text: string][] {
  const own = template === 'app' ? APP_ROUTER : PAGES_ROUTER
  return [['package.json', packageJson(app)], ['tsconfig.json', TSCONFIG], ...Object.entries(own)]
}

function packageJson(app: string): string {
  const manifest = {
    name: `@apps/${app}`,
    version: '0.1.0',
    private: true,
    scripts: { build: 'next build' },
    dependencies: { next: '^16.4.6', react: '^19.3.1', 'react-dom': '^19.3.1', tenantry: '*' },
    devDependencies: { '@types/node': '^20.9.5', '@types/react': '^19.3.0', typescript: '^7.0.2' },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'ES2022',
      lib: ['dom', 'dom.iterable', 'esnext'],
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      incremental: true,
      esModuleInterop: true,
      resolveJsonModule: true,
      isolatedModules: true,
      skipLibCheck: true,
      allowJs: true,
      jsx: 'react-jsx',
      plugins: [{ name: 'next' }],
    },
    include: [
      'next-env.d.ts',
      '**/*.ts',
      '**/*.tsx',
      '.next/types/**/*.ts',
      '.next/dev/types/**/*.ts',
    ],
    exclude: ['node_modules'],
  },
  null,
  2,
)}\n`

const APP_ROUTER = {
  'app/layout.tsx': `import type { ReactNode } from 'react'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ font: '1rem/1.6 system-ui', margin: '4rem auto', maxWidth: '40rem' }}>{children}</body>
    </html>
  )
}
`,
  'app/page.tsx': `import { getTenant } from 'tenantry/next'

export default async function Page() {
  const tenant = await getTenant()
  return (
    <main>
      <h1>{tenant.id}</h1>
      <p>This is {tenant.host}.</p>
    </main>
  )
}
`,
}

const PAGES_ROUTER = {
  'pages/index.tsx': `import type { GetServerSideProps } from 'next'
import { tenantFromHeaders } from 'tenantry/next'

interface Props {
  id: string
  host: string
}

export const getServerSideProps: GetServerSideProps<Props> = async ({ req }) => {
  const { id, host } = tenantFromHeaders(req.headers)
  return { props: { id, host } }
}

export default function Page({ id, host }: Props) {
  return (
    <main style={{ font: '1rem/1.6 system-ui', margin: '4rem auto', maxWidth: '40rem' }}>
      <h1>{id}</h1>
      <p>This is {host}.</p>
    </main>
  )
}
`,
}
