export interface Product {
  readonly slug: string
  readonly code: string
  readonly name: string
  readonly kind: string
  /** In pence. */
  readonly price: number
  readonly summary: string
  readonly description: string
  readonly details: readonly string[]
  readonly image: string
  readonly alt: string
}

export const products: readonly Product[] = [
  {
    slug: 'ridgeline-shell',
    code: 'AO-104',
    name: 'Ridgeline Shell',
    kind: 'Outerwear',
    price: 24500,
    summary: 'A three-layer jacket for days when the forecast is wrong.',
    description:
      'We cut the Ridgeline long enough to sit on and short enough to climb in. The hood takes a helmet, the cuffs take a glove, and the yoke is a heavier cloth because that is where your pack rubs through.',
    details: [
      'Three-layer recycled nylon',
      'Two-way zip, storm flap inside',
      '540 g in medium',
      'Re-proof it with us, free, every spring',
    ],
    image: '/images/ridgeline-shell.webp',
    alt: 'Orange waterproof jacket with a dark green hood and shoulders',
  },
  {
    slug: 'waypoint-pack',
    code: 'AO-211',
    name: 'Waypoint 32 Pack',
    kind: 'Packs',
    price: 15800,
    summary: 'Thirty-two litres, two buckles, nothing that dangles.',
    description:
      'A day-and-a-bit pack in waxed canvas. The lid comes off for short walks, the side pockets hold a litre bottle each, and every strap can be replaced with a screwdriver and ten minutes.',
    details: [
      '18 oz waxed cotton canvas',
      '32 litres, or 27 without the lid',
      'Steel frame sheet, removable',
      'Brass hardware, cast in Walsall',
    ],
    image: '/images/waypoint-pack.webp',
    alt: 'Green canvas backpack with two black straps and brass buckles',
  },
  {
    slug: 'tarn-tent',
    code: 'AO-318',
    name: 'Tarn Two-Person Tent',
    kind: 'Shelter',
    price: 38900,
    summary: 'Pitches in four minutes, outer first, so the inside stays dry.',
    description:
      'Two doors, two porches, no argument about who climbs over whom. We pitched the first Tarn beside Blea Water for eleven weeks one winter and changed the pole sleeves twice before we sold any.',
    details: [
      'Ripstop outer, 4,000 mm head',
      'Two porches of 0.9 m²',
      '2.1 kg with pegs',
      'Spare pole section in the bag',
    ],
    image: '/images/tarn-tent.webp',
    alt: 'Ochre dome tent with its door tied open',
  },
  {
    slug: 'ember-lantern',
    code: 'AO-402',
    name: 'Ember Lantern',
    kind: 'Camp',
    price: 6400,
    summary: 'Warm light for a table of six, and forty hours of it.',
    description:
      'An LED that behaves like a wick: turn the brass key and it dims down to the colour of embers. It charges from the same cable as your phone, and can give some of that charge back.',
    details: [
      '2 to 320 lumens, 1800 to 2700 K',
      '40 hours on low',
      'Charges a phone once',
      'Glass chimney sold as a spare',
    ],
    image: '/images/ember-lantern.webp',
    alt: 'Orange enamel lantern glowing against a dark background',
  },
  {
    slug: 'col-boots',
    code: 'AO-127',
    name: 'Col Walking Boots',
    kind: 'Footwear',
    price: 21900,
    summary: 'Full-grain leather on a sole that can be replaced three times.',
    description:
      'One piece of leather, one seam, at the heel. They are stiff for a week and then they are yours. When the tread is gone, post them back: we stitch on a new sole and return them within a fortnight.',
    details: [
      '2.6 mm full-grain leather',
      'Stitched welt, resoles three times',
      'Sizes 36 to 48, and halves',
      'Two widths',
    ],
    image: '/images/col-boots.webp',
    alt: 'Pair of brown leather walking boots with orange laces',
  },
  {
    slug: 'camp-mug',
    code: 'AO-431',
    name: 'Camp Mug',
    kind: 'Camp',
    price: 1600,
    summary: 'Enamel on steel. It will chip, and it will not matter.',
    description:
      'Half a pint with room for the milk. Fired twice, rolled at the rim, and wide enough in the handle for a gloved finger. Every mug has its own speckle.',
    details: [
      '350 ml',
      'Safe on a stove or a fire',
      'Dishwasher safe, if you must',
      'Made in Port Arrow',
    ],
    image: '/images/camp-mug.webp',
    alt: 'Speckled blue enamel mug of steaming coffee',
  },
  {
    slug: 'harbour-blanket',
    code: 'AO-440',
    name: 'Harbour Blanket',
    kind: 'Camp',
    price: 8900,
    summary: 'Woven from mill ends, so no two stripes repeat.',
    description:
      'Pure wool, heavy enough to stay where you put it. The mill saves us the ends of other runs, and the weavers choose the stripes. Choose the weight; the colours choose you.',
    details: [
      '100% new and reclaimed wool',
      '150 by 190 cm',
      '1.3 kg',
      'Leather carrying strap included',
    ],
    image: '/images/harbour-blanket.webp',
    alt: 'Stack of striped wool blankets held by a leather strap',
  },
  {
    slug: 'fjord-bottle',
    code: 'AO-452',
    name: 'Fjord Bottle',
    kind: 'Camp',
    price: 3200,
    summary: 'One litre of steel that fits every pocket we make.',
    description:
      'Single wall, because you can boil water in it and because it weighs a third less. The cap is threaded like every other cap since 1974, so a lost one costs two pounds.',
    details: [
      '1 litre, 190 g',
      'Food-grade steel, no liner',
      'Cap with a steel loop',
      'Paint that can be touched up',
    ],
    image: '/images/fjord-bottle.webp',
    alt: 'Red and steel water bottle with a black cap',
  },
]

export function findProduct(slug: unknown): Product | undefined {
  return products.find((product) => product.slug === slug)
}
