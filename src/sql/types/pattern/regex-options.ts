/** How a regular expression is to be read: the option letters of regexp functions and of "(?…)". */

export interface RegexOptions {
  readonly ignoreCase: boolean
  /** '.' and negated brackets leave out line feeds. */
  readonly newlineStops: boolean
  /** '^' and '$' match around line feeds. */
  readonly newlineAnchors: boolean
  /** Blanks and comments in the pattern mean nothing. */
  readonly expanded: boolean
  readonly literal: boolean
}

export const DEFAULT_OPTIONS: RegexOptions = {
  ignoreCase: false,
  newlineStops: false,
  newlineAnchors: false,
  expanded: false,
  literal: false,
}

/** One option letter, of regexp functions' flags or embedded "(?i)"; undefined if PostgreSQL has none such. */
export function withOption(options: RegexOptions, letter: string): RegexOptions | undefined {
  switch (letter) {
    case 'i':
      return { ...options, ignoreCase: true }
    case 'c':
      return { ...options, ignoreCase: false }
    case 'n':
    case 'm':
      return { ...options, newlineStops: true, newlineAnchors: true }
    case 'p':
      return { ...options, newlineStops: true, newlineAnchors: false }
    case 'w':
      return { ...options, newlineStops: false, newlineAnchors: true }
    case 's':
      return { ...options, newlineStops: false, newlineAnchors: false }
    case 'x':
      return { ...options, expanded: true }
    case 't':
      return { ...options, expanded: false }
    case 'q':
      return { ...options, literal: true }
    case 'e':
      return options
    default:
      return undefined
  }
}
