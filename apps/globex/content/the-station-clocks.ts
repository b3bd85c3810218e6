import type { Article } from '@/lib/article'

export const theStationClocks: Article = {
  slug: 'the-station-clocks',
  section: 'work',
  author: 'Ida Brandt',
  date: '2026-09-09',
  minutes: 6,
  text: {
    en: {
      title: 'The man who stops the clocks',
      standfirst:
        'There are 2,140 clocks in the stations of one railway. Twice a year Emil Roth decides what time it is.',
      picture: 'A person on a ladder beside a large station clock on a red ground',
      quote: 'If nobody has looked at my work, everything was right.',
      paragraphs: [
        'Every station clock on this line waits. When its second hand reaches the top it stands still for a moment and a half, until a pulse from the master clock lets the minute go. People find this soothing. It is a repair, really: in 1944 the motors could not be trusted to take exactly sixty seconds.',
        'Emil Roth has looked after the clocks since he was nineteen. He carries a ladder, a radio and a bag of second hands, which are what breaks: birds sit on them. In October, when the hour is given back, he stops every clock in the country from one cabinet in the capital and goes to have a coffee.',
        'For that hour the trains wait too, if they are running at all. They stand wherever they are, in fields and on bridges, and the passengers mostly sleep. Roth likes to think about them. He has been asked to make it shorter, and has explained that an hour cannot be made shorter.',
        'The master clock was once a pendulum in a cellar with its own foundation. Now it is a receiver the size of a book. The pendulum still swings beside it, because nobody could bear to be the one who stopped it. In eleven years it has lost four seconds.',
        'He retires in March, a few days before the clocks go forward. He would have liked to do one more. On the other hand, he says, that is the night on which he loses an hour’s sleep.',
      ],
    },
    de: {
      title: 'Der Mann, der die Uhren anhält',
      standfirst:
        'In den Bahnhöfen einer einzigen Bahn hängen 2140 Uhren. Zweimal im Jahr entscheidet Emil Roth, wie spät es ist.',
      picture: 'Ein Mensch auf einer Leiter neben einer großen Bahnhofsuhr auf rotem Grund',
      quote: 'Wenn keiner auf meine Arbeit geschaut hat, war alles richtig.',
      paragraphs: [
        'Jede Bahnhofsuhr an dieser Strecke wartet. Oben angekommen, steht der Sekundenzeiger anderthalb Augenblicke still, bis ein Impuls der Mutteruhr die Minute freigibt. Die Leute finden das beruhigend. Eigentlich ist es eine Reparatur: 1944 konnte man sich nicht darauf verlassen, dass die Motoren genau sechzig Sekunden brauchen.',
        'Emil Roth kümmert sich um die Uhren, seit er neunzehn ist. Er hat eine Leiter dabei, ein Funkgerät und eine Tasche voller Sekundenzeiger, denn die gehen kaputt: Vögel setzen sich darauf. Im Oktober, wenn die Stunde zurückgegeben wird, hält er von einem Schrank in der Hauptstadt aus alle Uhren des Landes an und geht einen Kaffee trinken.',
        'In dieser Stunde warten auch die Züge, sofern sie überhaupt fahren. Sie stehen, wo sie gerade sind, auf Feldern und Brücken, und die meisten Reisenden schlafen. Roth denkt gern an sie. Man hat ihn gebeten, es kürzer zu machen, und er hat erklärt, dass sich eine Stunde nicht kürzer machen lässt.',
        'Die Mutteruhr war einmal ein Pendel in einem Keller mit eigenem Fundament. Heute ist sie ein Empfänger, so groß wie ein Buch. Das Pendel schwingt daneben weiter, weil niemand derjenige sein wollte, der es anhält. In elf Jahren hat es vier Sekunden verloren.',
        'Im März geht er in Rente, wenige Tage bevor die Uhren vorgestellt werden. Einmal hätte er es gern noch gemacht. Andererseits, sagt er, ist das die Nacht, in der ihm eine Stunde Schlaf fehlt.',
      ],
    },
  },
}
