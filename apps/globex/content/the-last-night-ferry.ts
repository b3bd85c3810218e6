import type { Article } from '@/lib/article'

export const theLastNightFerry: Article = {
  slug: 'the-last-night-ferry',
  section: 'sea',
  author: 'Marit Solheim',
  date: '2026-10-02',
  minutes: 9,
  text: {
    en: {
      title: 'The last night ferry',
      standfirst:
        'For sixty years a ship has crossed the strait while its passengers slept. In spring the bridge opens, and nobody will have a reason to be awake at three.',
      picture: 'A ferry with lit windows in front of a large red moon',
      quote: 'A bridge takes you across. A ferry takes you out of the day.',
      paragraphs: [
        'The lorry drivers come aboard first, because they know which cabins are over the engine and which are over the laundry. They nod to the steward, who has their keys laid out before they reach the desk. Nobody gives a name.',
        'The Aurelia was built for nine hundred passengers. Tonight she carries a hundred and forty, a circus, two hearses and the post. The crossing takes seven hours, one of which is spent waiting, engines low, outside the other harbour, because the town there does not like to be woken.',
        'That hour is the reason people give when you ask what they will miss. The lights of the town lie on the water and do not come closer. Somebody always opens the bar again. In 1987 a couple were married in it, by a captain who had looked up whether he could.',
        'The bridge will do the same journey in nineteen minutes. Its engineers are proud of it, and they are right to be. But the drivers have done the sums as well: nineteen minutes is not long enough to sleep, so the law will make them stop in a lay-by instead, on one side or on the other.',
        'The company has sold the Aurelia to a port in the south, where there is no bridge and no plan for one. The steward is going with her. He has asked to keep the keys.',
      ],
    },
    de: {
      title: 'Die letzte Nachtfähre',
      standfirst:
        'Seit sechzig Jahren fährt ein Schiff über die Meerenge, während seine Passagiere schlafen. Im Frühling öffnet die Brücke, und niemand wird mehr einen Grund haben, um drei wach zu sein.',
      picture: 'Eine Fähre mit erleuchteten Fenstern vor einem großen roten Mond',
      quote: 'Eine Brücke bringt einen hinüber. Eine Fähre bringt einen aus dem Tag hinaus.',
      paragraphs: [
        'Zuerst kommen die Fernfahrer an Bord, denn sie wissen, welche Kabinen über der Maschine liegen und welche über der Wäscherei. Sie nicken dem Steward zu, der ihre Schlüssel schon bereitgelegt hat. Niemand nennt einen Namen.',
        'Die Aurelia wurde für neunhundert Passagiere gebaut. Heute Nacht fährt sie mit hundertvierzig, einem Zirkus, zwei Leichenwagen und der Post. Die Überfahrt dauert sieben Stunden, von denen eine mit Warten vergeht, mit leiser Maschine vor dem anderen Hafen, weil die Stadt dort nicht geweckt werden will.',
        'Diese Stunde nennen die Leute, wenn man sie fragt, was ihnen fehlen wird. Die Lichter der Stadt liegen auf dem Wasser und kommen nicht näher. Irgendwer macht immer noch einmal die Bar auf. 1987 wurde dort ein Paar getraut, von einem Kapitän, der nachgeschlagen hatte, ob er das darf.',
        'Die Brücke wird dieselbe Strecke in neunzehn Minuten schaffen. Ihre Ingenieure sind stolz darauf, und sie haben recht. Aber auch die Fahrer haben gerechnet: Neunzehn Minuten sind zu kurz zum Schlafen, also schickt das Gesetz sie auf einen Rastplatz, auf der einen Seite oder auf der anderen.',
        'Die Reederei hat die Aurelia an einen Hafen im Süden verkauft, wo es keine Brücke gibt und keine geplant ist. Der Steward geht mit. Er hat gebeten, die Schlüssel behalten zu dürfen.',
      ],
    },
  },
}
