import type { Metadata } from 'next'
import Image from 'next/image'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { AddToCart } from '@/components/add-to-cart'
import { ProductGrid } from '@/components/product-grid'
import { money } from '@/lib/money'
import { findProduct, products, type Product } from '@/lib/products'
import styles from './product.module.css'

export const dynamicParams = false

export function generateStaticParams() {
  return products.map(({ slug }) => ({ slug }))
}

export async function generateMetadata({
  params,
}: PageProps<'/products/[slug]'>): Promise<Metadata> {
  const product = findProduct((await params).slug)
  return product ? { title: product.name, description: product.summary } : {}
}

export default async function ProductPage({ params }: PageProps<'/products/[slug]'>) {
  const product = findProduct((await params).slug)
  if (!product) notFound()
  const related = products.filter((other) => other !== product).toSorted(sameKindFirst(product))

  return (
    <div className="wrap page">
      <article className={styles.product}>
        <div className={styles.picture}>
          <Image
            src={product.image}
            alt={product.alt}
            width={800}
            height={1000}
            preload
            sizes="(max-width: 55rem) 100vw, 50vw"
          />
        </div>
        <div className={styles.text}>
          <p className={styles.crumbs}>
            <Link href="/products">Shop</Link> / {product.kind}
          </p>
          <h1>{product.name}</h1>
          <p className={styles.price}>{money(product.price)}</p>
          <p className={styles.summary}>{product.summary}</p>
          <p>{product.description}</p>
          <AddToCart slug={product.slug} />
          <ul className={styles.details}>
            {product.details.map((detail) => (
              <li key={detail}>{detail}</li>
            ))}
            <li>
              Pattern number <span className="code">{product.code}</span>
            </li>
          </ul>
        </div>
      </article>
      <section className={styles.related}>
        <h2>Goes well with it</h2>
        <ProductGrid products={related.slice(0, 4)} />
      </section>
    </div>
  )
}

function sameKindFirst({ kind }: Product): (one: Product, other: Product) => number {
  return (one, other) => Number(other.kind === kind) - Number(one.kind === kind)
}
