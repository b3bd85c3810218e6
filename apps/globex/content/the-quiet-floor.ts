import type { Article } from '@/lib/article'

export const theQuietFloor: Article = {
  slug: 'the-quiet-floor',
  section: 'city',
  author: 'Ida Brandt',
  date: '2026-07-28',
  minutes: 4,
  text: {
    en: {
      title: 'The quiet floor',
      standfirst:
        'An office tower stood two thirds empty. Then somebody asked what the students in the flats next door were missing.',
      picture: 'A blue tower at night with one floor lit from end to end',
      quote: 'They did not want a lounge. They wanted a door that closes.',
      paragraphs: [
        'The sixth floor was let to an insurer until 2021. It has grey carpet, good windows and forty-four desks that nobody collected. In the blocks around it live nine thousand people, most of them in flats of two rooms, a good many of them in one.',
        'The landlord expected to be asked for a café. What the neighbours wrote on the cards he put through their doors was shorter: a table, a lamp, nobody talking. So that is what there is. You tap your library card, you take a desk, and after ten in the evening you may stay as long as you like.',
        'It is fullest in the week before exams and at five in the morning, when the night shift from the hospital comes in to write letters. There is one rule on the wall and it has been crossed out, because nobody needed it.',
        'The rent is one euro a year. The landlord says he gains by it: an empty floor costs him eleven thousand in heating and damp, a lit one costs seven. He has begun to leave the lamp in his own office on, two floors up, so that it does not look so alone.',
      ],
    },
    de: {
      title: 'Der stille Stock',
      standfirst:
        'Ein Büroturm stand zu zwei Dritteln leer. Dann fragte jemand, was den Studierenden in den Wohnungen nebenan fehlt.',
      picture: 'Ein blauer Turm bei Nacht, in dem ein Stockwerk ganz erleuchtet ist',
      quote: 'Sie wollten keine Lounge. Sie wollten eine Tür, die schließt.',
      paragraphs: [
        'Der sechste Stock war bis 2021 an eine Versicherung vermietet. Er hat grauen Teppich, gute Fenster und vierundvierzig Schreibtische, die niemand abgeholt hat. In den Häusern ringsum leben neuntausend Menschen, die meisten in zwei Zimmern, viele in einem.',
        'Der Vermieter hatte erwartet, dass man ein Café will. Was die Nachbarn auf die Karten schrieben, die er ihnen durch die Tür schob, war kürzer: ein Tisch, eine Lampe, keiner redet. Also gibt es genau das. Man hält den Bibliotheksausweis hin, nimmt sich einen Platz und darf nach zehn Uhr abends bleiben, solange man will.',
        'Am vollsten ist es in der Woche vor den Prüfungen und um fünf Uhr früh, wenn die Nachtschicht aus dem Krankenhaus kommt, um Briefe zu schreiben. An der Wand hängt eine einzige Regel, und die ist durchgestrichen, weil niemand sie brauchte.',
        'Die Miete beträgt einen Euro im Jahr. Der Vermieter sagt, er gewinne dabei: Ein leerer Stock koste ihn elftausend für Heizung und Feuchtigkeit, ein erleuchteter sieben. Inzwischen lässt er zwei Stockwerke höher in seinem eigenen Büro die Lampe brennen, damit es nicht so allein aussieht.',
      ],
    },
  },
}
