import type { Article } from '@/lib/article'

export const aCityCountsItsTrees: Article = {
  slug: 'a-city-counts-its-trees',
  section: 'city',
  author: 'Jonas Abel',
  date: '2026-09-21',
  minutes: 7,
  text: {
    en: {
      title: 'A city counts its trees',
      standfirst:
        'Four thousand volunteers walked every street with a tape measure. They found eleven thousand trees that the town hall had never heard of.',
      picture: 'A town from above: blue roofs, with red trees along every street',
      quote: 'You cannot look after what is not on the list.',
      paragraphs: [
        'The rule was simple. If you can put a tape around it at the height of your chest and it is thicker than your wrist, it counts. Write down the street, the side of the street and what you think it is. If you do not know what it is, draw a leaf.',
        'The drawings are kept in the basement of the town hall, in boxes by district. Some are very good. A class of seven-year-olds drew the same lime tree thirty-one times, and a botanist could name the exact variety from the sum of them.',
        'The old register had 62,000 entries. The new one has 73,412. Most of the difference grows behind buildings, in yards that the city does not own and had never looked into. There, in the shade, it is up to four degrees cooler in August.',
        'This turned out to matter more than anything else in the count. The city had planned to plant along the hot, wide avenues, where young trees die. Now it pays owners to break up the asphalt in their yards instead. A tree costs a third as much there, and nine in ten survive.',
        'The count is to be repeated every five years. The tapes, which were lent out against a deposit of two euros, have not all come back. The office for parks does not mind. “Somebody out there,” it writes in its report, “is still measuring.”',
      ],
    },
    de: {
      title: 'Eine Stadt zählt ihre Bäume',
      standfirst:
        'Viertausend Freiwillige gingen mit dem Maßband durch jede Straße. Sie fanden elftausend Bäume, von denen das Rathaus nie gehört hatte.',
      picture: 'Eine Stadt von oben: blaue Dächer, und entlang jeder Straße rote Bäume',
      quote: 'Was nicht auf der Liste steht, kann man nicht pflegen.',
      paragraphs: [
        'Die Regel war einfach. Wenn man auf Brusthöhe ein Band herumlegen kann und er dicker ist als ein Handgelenk, dann zählt er. Notiert werden die Straße, die Straßenseite und die Art. Wer die Art nicht kennt, zeichnet ein Blatt.',
        'Die Zeichnungen liegen im Keller des Rathauses, in Schachteln nach Bezirken. Manche sind sehr gut. Eine zweite Klasse zeichnete einunddreißigmal dieselbe Linde, und aus der Summe konnte eine Botanikerin die genaue Sorte bestimmen.',
        'Das alte Verzeichnis hatte 62.000 Einträge. Das neue hat 73.412. Der größte Teil des Unterschieds wächst hinter den Häusern, in Höfen, die der Stadt nicht gehören und in die sie nie gesehen hat. Dort, im Schatten, ist es im August bis zu vier Grad kühler.',
        'Das erwies sich als das Wichtigste an der ganzen Zählung. Die Stadt hatte an den heißen, breiten Alleen pflanzen wollen, wo junge Bäume eingehen. Nun zahlt sie den Eigentümern, dass sie den Asphalt in ihren Höfen aufbrechen. Ein Baum kostet dort ein Drittel, und neun von zehn überleben.',
        'Alle fünf Jahre soll wieder gezählt werden. Die Maßbänder, verliehen gegen zwei Euro Pfand, sind nicht alle zurückgekommen. Das Gartenamt stört das nicht. „Irgendwer da draußen“, schreibt es im Bericht, „misst noch.“',
      ],
    },
  },
}
