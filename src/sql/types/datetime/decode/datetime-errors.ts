/** What can be wrong with a date/time literal, and PostgreSQL's error for each. */
import { SqlError } from '../../../../errors/sql-error.ts'

export type DateTimeFault =
  | 'format'
  | 'field overflow'
  /** Overflow of a month or day, perhaps because DateStyle's order is another. */
  | 'month or day overflow'
  | 'interval overflow'
  | 'zone displacement'

export function dateTimeError(fault: DateTimeFault, text: string, typeName: string): SqlError {
  switch (fault) {
    case 'format':
      return new SqlError('22007', `invalid input syntax for type ${typeName}: "${text}"`)
    case 'field overflow':
      return new SqlError('22008', `date/time field value out of range: "${text}"`)
    case 'month or day overflow':
      return new SqlError('22008', `date/time field value out of range: "${text}"`, {
        hint: 'Perhaps you need a different "datestyle" setting.',
      })
    case 'interval overflow':
      return new SqlError('22015', `interval field value out of range: "${text}"`)
    case 'zone displacement':
      return new SqlError('22009', `time zone displacement out of range: "${text}"`)
  }
}
