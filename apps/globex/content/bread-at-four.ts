import type { Article } from '@/lib/article'

export const breadAtFour: Article = {
  slug: 'bread-at-four',
  section: 'work',
  author: 'Nour Haddad',
  date: '2026-08-30',
  minutes: 5,
  text: {
    en: {
      title: 'Bread at four',
      standfirst:
        'A village lost its bakery, then its bus. It got one of them back by lighting the oven together.',
      picture: 'Loaves in a glowing brick oven',
      quote: 'You learn who your neighbours are at four in the morning.',
      paragraphs: [
        'The oven stands behind the church and belongs to nobody. It appears in no land register, and the oldest bill for its repair is from 1811. When the last bakery closed, three families asked each other whether it still drew.',
        'It did, after a weekend of cleaning, a dead jackdaw and a good deal of smoke. An oven like this has to be fired for six hours before it takes a loaf, so it makes no sense to light it for one family. It makes little sense for three. At forty it begins to pay.',
        'There is a list on the church door. Whoever fires is up all night; whoever bakes comes at four, with dough in a numbered basket. Nobody is allowed to take somebody else’s turn for money. For a jar of honey it has been known to happen.',
        'The loaves are not always good. The oven has a cold corner, and it takes a year to learn which flour forgives it. But on Saturdays there are now sixty people in the square before sunrise, and two of them asked the county why the bus did not stop there.',
        'It does now, at ten to six. The driver takes two loaves for the depot. He has been given a basket, with a number.',
      ],
    },
    de: {
      title: 'Brot um vier',
      standfirst:
        'Ein Dorf verlor erst die Bäckerei und dann den Bus. Eines davon bekam es zurück, indem es gemeinsam den Ofen anheizte.',
      picture: 'Brote in einem glühenden Ziegelofen',
      quote: 'Um vier Uhr früh lernt man, wer die Nachbarn sind.',
      paragraphs: [
        'Der Ofen steht hinter der Kirche und gehört niemandem. Er findet sich in keinem Grundbuch, und die älteste Rechnung für seine Reparatur ist von 1811. Als die letzte Bäckerei schloss, fragten drei Familien einander, ob er wohl noch ziehe.',
        'Er zog, nach einem Wochenende Putzen, einer toten Dohle und viel Rauch. So ein Ofen muss sechs Stunden befeuert werden, bevor er ein Brot annimmt; für eine Familie lohnt es sich also nicht. Für drei kaum. Bei vierzig fängt es an, sich zu rechnen.',
        'An der Kirchentür hängt eine Liste. Wer heizt, ist die ganze Nacht auf; wer bäckt, kommt um vier, mit dem Teig in einem nummerierten Korb. Niemand darf gegen Geld den Dienst eines anderen übernehmen. Gegen ein Glas Honig soll es schon vorgekommen sein.',
        'Die Brote gelingen nicht immer. Der Ofen hat eine kalte Ecke, und man braucht ein Jahr, bis man weiß, welches Mehl sie verzeiht. Aber samstags stehen jetzt vor Sonnenaufgang sechzig Leute auf dem Platz, und zwei von ihnen fragten den Landkreis, warum der Bus dort nicht hält.',
        'Jetzt hält er, um zehn vor sechs. Der Fahrer nimmt zwei Brote für das Depot mit. Man hat ihm einen Korb gegeben, mit einer Nummer.',
      ],
    },
  },
}
