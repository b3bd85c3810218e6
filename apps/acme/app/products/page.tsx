import type { Metadata } from 'next'
import { ProductGrid } from '@/components/product-grid'
import { products } from '@/lib/products'

export const metadata: Metadata = {
  title: 'Everything we make',
  description: 'The whole Acme Outfitters range: outerwear, packs, shelter, boots and camp things.',
}

export default function ProductsPage() {
  return (
    <div className="wrap page">
      <h1 className="page-title">Everything we make</h1>
      <p className="lede" style={{ marginBottom: '3rem' }}>
        Eight things, each in stock in Port Arrow. Order by three and it leaves the bench today.
      </p>
      <ProductGrid products={products} level="h2" />
    </div>
  )
}
