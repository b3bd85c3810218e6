import { useRouter } from 'next/router'
import { asLocale, type Locale } from './locale'

const en = {
  title: 'Globex Review',
  tagline: 'Reports on the sea, the city and work',
  skip: 'Skip to content',
  language: 'Language',
  nav: { arrivals: 'Arrivals', search: 'Search', about: 'About' },
  section: { sea: 'The sea', city: 'The city', work: 'Work' },
  by: 'by',
  minutes: 'min read',
  latest: 'Also in this issue',
  next: 'Read next',
  footer: 'Printed in two inks, on paper and here. Six issues a year.',
  boardTitle: 'Who is coming in?',
  boardText: 'We look out over the harbour while we write. The board is the pilots’ own.',
  boardLink: 'See the arrivals',
  arrivals: {
    title: 'Arrivals',
    lede: 'Ships expected at Port Globex. The board is copied every ten seconds; last at',
    ship: 'Ship',
    from: 'From',
    berth: 'Berth',
    due: 'Due (UTC)',
    state: 'State',
    states: { due: 'Expected', pilot: 'Pilot aboard', moored: 'Moored' },
  },
  search: {
    title: 'Search',
    label: 'Words to look for',
    button: 'Search',
    ask: 'Try clock, tree or harbour.',
    none: 'No article has that in it:',
    found: (count: number) => (count === 1 ? '1 article' : `${count} articles`),
  },
  visitor: {
    title: 'Your visit',
    lede: 'This is what a request tells us about you. We show it once, and keep none of it.',
    tenant: 'Edition',
    host: 'Address',
    locale: 'Language of the page',
    accepted: 'Languages you read',
    browser: 'Browser',
    unknown: 'not given',
  },
  about: {
    title: 'A magazine with a harbour view',
    paragraphs: [
      'Globex was a shipping company, and the Review was its staff paper: arrivals at the front, obituaries at the back, and between them whatever the purser felt like writing. The ships were sold in 1978. The paper was forgotten in the sale, and went on.',
      'We are seven people above a ropemaker’s. We publish six times a year, in English and in German, and each issue holds as many pieces as we could check. Nobody pays to be in it.',
      'It is printed in two inks because the press has two drums. Where they overlap there is a third, which the printer calls night.',
    ],
    reachTitle: 'Write to us',
    reach: 'Globex Review, Ropewalk 3, Port Globex',
  },
  missing: {
    title: 'This page was never bound in',
    text: 'We looked in the archive and under the press. The address may have a letter too many.',
    home: 'To the front page',
  },
  visitorLink: 'What we see of your visit',
}

const de: typeof en = {
  title: 'Globex Review',
  tagline: 'Berichte von der See, aus der Stadt und von der Arbeit',
  skip: 'Zum Inhalt',
  language: 'Sprache',
  nav: { arrivals: 'Ankünfte', search: 'Suche', about: 'Über uns' },
  section: { sea: 'Die See', city: 'Die Stadt', work: 'Arbeit' },
  by: 'von',
  minutes: 'Min.',
  latest: 'Außerdem in diesem Heft',
  next: 'Weiterlesen',
  footer: 'In zwei Farben gedruckt, auf Papier und hier. Sechs Hefte im Jahr.',
  boardTitle: 'Wer läuft ein?',
  boardText: 'Beim Schreiben sehen wir auf den Hafen. Die Tafel ist die der Lotsen.',
  boardLink: 'Zu den Ankünften',
  arrivals: {
    title: 'Ankünfte',
    lede: 'Schiffe, die in Port Globex erwartet werden. Die Tafel wird alle zehn Sekunden abgeschrieben, zuletzt um',
    ship: 'Schiff',
    from: 'Aus',
    berth: 'Liegeplatz',
    due: 'Fällig (UTC)',
    state: 'Stand',
    states: { due: 'Erwartet', pilot: 'Lotse an Bord', moored: 'Festgemacht' },
  },
  search: {
    title: 'Suche',
    label: 'Gesuchte Wörter',
    button: 'Suchen',
    ask: 'Zum Beispiel Uhr, Baum oder Hafen.',
    none: 'Das steht in keinem Artikel:',
    found: (count: number) => `${count} Artikel`,
  },
  visitor: {
    title: 'Ihr Besuch',
    lede: 'Das verrät uns eine Anfrage über Sie. Wir zeigen es einmal und behalten nichts davon.',
    tenant: 'Ausgabe',
    host: 'Adresse',
    locale: 'Sprache der Seite',
    accepted: 'Sprachen, die Sie lesen',
    browser: 'Browser',
    unknown: 'keine Angabe',
  },
  about: {
    title: 'Eine Zeitschrift mit Hafenblick',
    paragraphs: [
      'Globex war eine Reederei und die Review ihre Werkszeitung: vorne die Ankünfte, hinten die Nachrufe und dazwischen, worüber der Zahlmeister gerade schreiben wollte. 1978 wurden die Schiffe verkauft. Die Zeitung wurde beim Verkauf vergessen und erschien weiter.',
      'Wir sind sieben Leute über einer Seilerei. Wir erscheinen sechsmal im Jahr, auf Englisch und auf Deutsch, und jedes Heft hat so viele Texte, wie wir prüfen konnten. Niemand zahlt dafür, darin zu stehen.',
      'Gedruckt wird in zwei Farben, weil die Presse zwei Trommeln hat. Wo sie sich überlagern, entsteht eine dritte; der Drucker nennt sie Nacht.',
    ],
    reachTitle: 'Schreiben Sie uns',
    reach: 'Globex Review, Reeperbahn 3, Port Globex',
  },
  missing: {
    title: 'Diese Seite wurde nie eingebunden',
    text: 'Wir haben im Archiv gesucht und unter der Presse. Vielleicht hat die Adresse einen Buchstaben zu viel.',
    home: 'Zur Titelseite',
  },
  visitorLink: 'Was wir von Ihrem Besuch sehen',
}

const texts: Readonly<Record<Locale, typeof en>> = { en, de }

export function useText(): typeof en & { readonly locale: Locale } {
  const locale = asLocale(useRouter().locale)
  return { ...texts[locale], locale }
}
