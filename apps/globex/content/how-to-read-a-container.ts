import type { Article } from '@/lib/article'

export const howToReadAContainer: Article = {
  slug: 'how-to-read-a-container',
  section: 'sea',
  author: 'Tomás Ferreira',
  date: '2026-08-14',
  minutes: 8,
  text: {
    en: {
      title: 'How to read a container',
      standfirst:
        'Eleven characters on a steel door will tell you who owns it, whether somebody mistyped it, and how far it is from home.',
      picture: 'Stacked shipping containers in blue, red and white under a red sun',
      quote: 'The last digit is there because people are tired.',
      paragraphs: [
        'Start at the top right of the door. Four letters: the first three are the owner, the fourth is nearly always a U, for unit. Then six digits, which are the box. Then one more digit, in a frame of its own. That one is a sum.',
        'Each character has a value, each place has a weight, and the total is divided by eleven. What remains must be the digit in the frame. If a clerk in the rain swaps two numbers, the sum fails, and the box does not go to Valparaíso. It was worked out before computers came to the quay, and it is done in the head by people who would deny they are good at sums.',
        'Below the number are the weights, and below those a plate with dates, riveted on. A box lives about thirteen years at sea. After that it is sold for the price of its steel, and becomes a café, a swimming pool, or a place to keep another family’s furniture.',
        'Look for dents at the corners, where the cranes take hold. Look for patches: a square one is a repair, a round one is a hole that customs made to see what was inside and were polite enough to close. Paint in two colours means a company that no longer exists.',
        'At any time about six million containers are on the water. Perhaps a thousand a year fall off. Each of them has a number, with a digit in a frame, and somewhere an office where the sum still comes out right.',
      ],
    },
    de: {
      title: 'Wie man einen Container liest',
      standfirst:
        'Elf Zeichen auf einer Stahltür verraten, wem er gehört, ob sich jemand vertippt hat und wie weit er von zu Hause weg ist.',
      picture: 'Gestapelte Container in Blau, Rot und Weiß unter einer roten Sonne',
      quote: 'Die letzte Ziffer gibt es, weil Menschen müde werden.',
      paragraphs: [
        'Oben rechts auf der Tür fängt man an. Vier Buchstaben: Die ersten drei sind der Eigentümer, der vierte ist fast immer ein U, für „unit“. Dann sechs Ziffern, das ist die Kiste. Dann noch eine Ziffer in einem eigenen Rahmen. Die ist eine Rechnung.',
        'Jedes Zeichen hat einen Wert, jede Stelle ein Gewicht, und die Summe wird durch elf geteilt. Was bleibt, muss die Ziffer im Rahmen sein. Vertauscht jemand im Regen zwei Zahlen, dann geht die Rechnung nicht auf, und die Kiste fährt nicht nach Valparaíso. Das wurde erdacht, bevor die Computer an den Kai kamen, und es wird im Kopf gerechnet von Leuten, die bestreiten würden, dass sie rechnen können.',
        'Unter der Nummer stehen die Gewichte, darunter eine angenietete Tafel mit Daten. Auf See lebt eine Kiste rund dreizehn Jahre. Danach wird sie zum Stahlpreis verkauft und ein Café, ein Schwimmbad oder ein Platz für die Möbel einer anderen Familie.',
        'Man achte auf Beulen an den Ecken, wo die Kräne greifen. Und auf Flicken: Ein eckiger ist eine Reparatur, ein runder ein Loch, durch das der Zoll hineingesehen und das er höflicherweise wieder verschlossen hat. Zwei Farben übereinander bedeuten eine Firma, die es nicht mehr gibt.',
        'Rund sechs Millionen Container sind jederzeit auf dem Wasser. Vielleicht tausend im Jahr gehen über Bord. Jeder hat eine Nummer mit einer Ziffer im Rahmen, und irgendwo ein Büro, in dem die Rechnung noch aufgeht.',
      ],
    },
  },
}
