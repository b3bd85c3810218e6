import { choose, hash } from './hash'

/** The facts about the house a shop is in. */
export interface House {
  readonly street: string
  readonly hours: string
  readonly since: number
  readonly before: string
}

export function houseOf(host: string): House {
  const number = 1 + (hash(`${host} number`) % 88)
  return {
    street: `${number} ${choose(`${host} street`, ['Mill Lane', 'Bridge Street', 'Long Row', 'Chapel Yard', 'Station Road', 'Fish Steps'])}`,
    hours: choose(`${host} hours`, [
      'Open Tuesday to Saturday, 10 to 6',
      'Open Wednesday to Sunday, 9 to 4',
      'Open every day but Monday, 11 to 7',
      'Open Thursday to Saturday, 9 to 5',
    ]),
    since: 1998 + (hash(`${host} since`) % 25),
    before: choose(`${host} before`, [
      'a chemist’s',
      'a cinema kiosk',
      'a bicycle workshop',
      'a post office',
      'a fishmonger’s',
    ]),
  }
}
