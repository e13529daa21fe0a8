/** Roles and passwords over real workerd: only SCRAM secrets are stored, and each role gets in by its own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkerdLakelet } from './workerd-lakelet.ts'
import type { Answer } from './workerd-lakelet.ts'

/** What PostgreSQL 17 stored for this password; its ① is 1 once normalised. */
const PASSWORD = 'pässword ①'
const NORMALISED = 'pässword 1'
const POSTGRES_SECRET =
  'SCRAM-SHA-256$4096:s6Jc2TyxPuxP1enMr5MFgA==$MRH/WxZNIF4AMGsziBCqLvn2wnuMz3TpRmeARzUwNW8=:fXujmOVPQFxxzqzavRqAdNlndS6nbYkIORGBmr2h+eU='

let server: WorkerdLakelet

beforeAll(async () => {
  server = await WorkerdLakelet.start()
})
afterAll(() => server.stop())

function as(role: string, password: string, text = 'SELECT current_user AS me'): Promise<Answer> {
  const credentials = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`
  const headers = { 'Neon-Connection-String': `postgresql://${credentials}@localhost/lakelet` }
  return server.post({ query: text }, headers)
}

async function admin(text: string): Promise<Answer> {
  const answer = await as('lakelet', 'lakelet', text)
  expect(answer, text).toMatchObject({ status: 200 })
  return answer
}

function secretOf(role: string): Promise<Answer> {
  return admin(`SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`)
}

const entered = (role: string): object => ({ status: 200, body: { rows: [{ me: role }] } })
const refused = { status: 400, body: { code: '28P01', severity: 'FATAL' } }
const scram = expect.stringMatching(/^SCRAM-SHA-256\$4096:[^:$]{24}\$[^:$]{44}:[^:$]{44}$/)

test('the first role has a secret of its own', async () => {
  expect(await secretOf('lakelet')).toMatchObject({ body: { rows: [{ rolpassword: scram }] } })
})

test('roles come in by their own passwords, stored as SCRAM secrets', async () => {
  await admin(`CREATE ROLE reader LOGIN PASSWORD 'first'`)
  await admin(`CREATE USER "We:ird @user" PASSWORD 'p@ss/word:%'`)
  expect(await secretOf('reader')).toMatchObject({ body: { rows: [{ rolpassword: scram }] } })
  expect(await as('reader', 'first')).toMatchObject(entered('reader'))
  expect(await as('We:ird @user', 'p@ss/word:%')).toMatchObject(entered('We:ird @user'))
  expect(await as('reader', 'lakelet')).toMatchObject(refused)
  expect(await as('lakelet', 'first')).toMatchObject(refused)
})

test('a changed password holds at once, and the old one no more', async () => {
  expect(await as('reader', 'first')).toMatchObject(entered('reader'))
  await admin(`ALTER ROLE reader PASSWORD 'second'`)
  expect(await as('reader', 'first')).toMatchObject(refused)
  expect(await as('reader', 'second')).toMatchObject(entered('reader'))
  await admin(`ALTER ROLE reader PASSWORD NULL`)
  expect(await as('reader', 'second')).toMatchObject(refused)
  expect(await as('reader', '')).toMatchObject(refused)
  await admin(`ALTER ROLE reader PASSWORD ''`)
  expect(await as('reader', '')).toMatchObject(refused)
})

test('a secret from PostgreSQL is taken over as it is', async () => {
  await admin(`CREATE ROLE migrated LOGIN PASSWORD '${POSTGRES_SECRET}'`)
  const rows = [{ rolpassword: POSTGRES_SECRET }]
  expect(await secretOf('migrated')).toMatchObject({ body: { rows } })
  expect(await as('migrated', PASSWORD)).toMatchObject(entered('migrated'))
  expect(await as('migrated', NORMALISED)).toMatchObject(entered('migrated'))
  expect(await as('migrated', POSTGRES_SECRET)).toMatchObject(refused)
})

test('a role that may not log in is told so, but only with its password', async () => {
  await admin(`CREATE ROLE parked NOLOGIN PASSWORD 'x'`)
  expect(await as('parked', 'x')).toMatchObject({
    status: 400,
    body: { code: '28000', message: 'role "parked" is not permitted to log in' },
  })
  expect(await as('parked', 'y')).toMatchObject(refused)
  await admin('ALTER ROLE parked LOGIN')
  expect(await as('parked', 'x')).toMatchObject(entered('parked'))
  await admin('DROP ROLE parked')
  expect(await as('parked', 'x')).toMatchObject(refused)
})

test('too many wrong passwords from one address are refused with 429, right ones from elsewhere are not', async () => {
  const attempt = (address: string, password: string): Promise<Answer> =>
    server.post(
      { query: 'SELECT current_user AS me' },
      {
        'Neon-Connection-String': `postgresql://lakelet:${password}@localhost/lakelet`,
        'CF-Connecting-IP': address,
      },
    )
  expect(await attempt('203.0.113.1', 'lakelet')).toMatchObject(entered('lakelet'))
  let answer: Answer | undefined
  // A few more are let in meanwhile when the machine is slow.
  for (let i = 0; i < 60 && answer?.status !== 429; i++) {
    answer = await attempt('203.0.113.2', `guess ${i}`)
    if (i < 20) expect(answer, `guess ${i}`).toMatchObject(refused)
  }
  expect(answer).toMatchObject({
    status: 429,
    body: { code: '28000', hint: expect.stringMatching(/^Try again in [1-3] seconds\.$/) },
  })
  expect(await attempt('203.0.113.1', 'lakelet')).toMatchObject(entered('lakelet'))
})
