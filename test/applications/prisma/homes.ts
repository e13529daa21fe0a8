/** Homes to let, with Prisma: the client over a driver adapter, its schema pushed and read back by its own engine. */
import type {
  SqlDriverAdapterFactory,
  SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { Outcomes, Scenarios } from '../../runtime/clients/scenario.ts'
import { runScenarios } from '../../runtime/clients/scenario.ts'
import { Prisma, PrismaClient } from './generated/client.ts'
import { openSchemaEngine, pull, push, script } from './schema-engine.ts'

const HOME = '44444444-4444-4444-8444-444444444444'
const OTHER = '44444444-4444-4444-8444-444444444445'
const JOINED = new Date(Date.UTC(2026, 3, 5, 6, 7, 8, 9))
const DAY = new Date(Date.UTC(2026, 6, 1))

/** `catalogAdapter`: for the schema engine. */
export async function runHomes(
  adapter: SqlDriverAdapterFactory,
  catalogAdapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<Outcomes> {
  const prisma = new PrismaClient({ adapter })
  const engine = await openSchemaEngine(catalogAdapter)
  try {
    return await runScenarios({
      'the schema as SQL': async () => (await script(engine)).split('\n'),
      'db push': () => push(engine),
      'db push again': () => push(engine),
      'db pull': () => pull(engine),
      ...writeScenarios(prisma),
      ...readScenarios(prisma),
      ...transactionScenarios(prisma),
      ...errorScenarios(prisma),
    })
  } finally {
    await prisma.$disconnect()
    engine.free()
  }
}

function writeScenarios(prisma: PrismaClient): Scenarios {
  return {
    'create, nested': () =>
      prisma.user.create({
        data: {
          email: 'ann@x',
          name: 'Ann',
          role: 'HOST',
          settings: { theme: 'dark', list: [1, null] },
          joinedAt: JOINED,
          profile: { create: { bio: 'hello', photo: new Uint8Array([0, 1, 255]) } },
          homes: {
            create: [
              {
                id: HOME,
                title: 'Hut',
                price: new Prisma.Decimal('99.90'),
                area: 40.5,
                tags: ['wood', 'by "the" sea'],
                amenities: {
                  connectOrCreate: [{ where: { name: 'sauna' }, create: { name: 'sauna' } }],
                },
              },
              {
                id: OTHER,
                title: 'Flat',
                price: 50,
                rooms: 3,
                visits: 9_007_199_254_740_993n,
                isOpen: false,
              },
            ],
          },
        },
        include: {
          profile: true,
          homes: { include: { amenities: true }, orderBy: { title: 'asc' } },
        },
      }),
    createMany: () =>
      prisma.user.createMany({
        data: [1, 2, 3].map((n) => ({ email: `guest${n}@x`, joinedAt: JOINED })),
        skipDuplicates: true,
      }),
    createManyAndReturn: () =>
      prisma.amenity.createManyAndReturn({
        data: [{ name: 'wifi' }, { name: 'stove' }],
        select: { id: true, name: true },
      }),
    bookings: () =>
      prisma.booking.createMany({
        data: [0, 1, 2].map((n) => ({
          homeId: HOME,
          guestId: 2,
          day: new Date(DAY.getTime() + n * 86_400_000),
          nights: 1 + n,
        })),
      }),
    upsert: async () => [
      await prisma.user.upsert({
        where: { email: 'ann@x' },
        create: { email: 'ann@x' },
        update: { name: 'Anna' },
      }),
      await prisma.amenity.upsert({
        where: { name: 'boat' },
        create: { name: 'boat' },
        update: {},
      }),
    ],
    'update, with operators': () =>
      prisma.home.update({
        where: { id: HOME },
        data: {
          visits: { increment: 5 },
          price: { multiply: 2 },
          tags: { push: 'new' },
          amenities: { connect: [{ name: 'wifi' }] },
        },
        include: { amenities: { orderBy: { name: 'asc' } } },
      }),
    updateMany: () =>
      prisma.user.updateMany({ where: { email: { startsWith: 'guest' } }, data: { role: 'HOST' } }),
    updateManyAndReturn: () =>
      prisma.home.updateManyAndReturn({
        where: { isOpen: false },
        data: { isOpen: true },
        select: { title: true },
      }),
    deleteMany: () => prisma.user.deleteMany({ where: { email: { in: ['guest3@x', 'nobody'] } } }),
  }
}

function readScenarios(prisma: PrismaClient): Scenarios {
  return {
    'nested, filtered relations': () =>
      prisma.user.findMany({
        where: {
          OR: [
            { homes: { some: { price: { gt: 60 } } } },
            { email: { contains: 'GUEST', mode: 'insensitive' } },
          ],
        },
        select: {
          email: true,
          homes: {
            select: { title: true, bookings: { orderBy: { day: 'desc' }, take: 2 } },
            orderBy: { title: 'asc' },
          },
          _count: { select: { bookings: true } },
        },
        orderBy: { email: 'asc' },
      }),
    'JSON and array filters': async () => [
      await prisma.user.findMany({
        where: { settings: { path: ['theme'], equals: 'dark' } },
        select: { email: true },
      }),
      await prisma.home.findMany({
        where: { tags: { hasSome: ['wood', 'x'] } },
        select: { title: true },
      }),
      await prisma.home.findMany({
        where: { NOT: { tags: { isEmpty: true } } },
        select: { title: true },
      }),
    ],
    'a page after a cursor': () =>
      prisma.user.findMany({
        cursor: { id: 1 },
        skip: 1,
        take: 1,
        orderBy: { id: 'asc' },
        select: { email: true },
      }),
    'find by compound keys': async () => [
      await prisma.booking.findUnique({ where: { homeId_day: { homeId: HOME, day: DAY } } }),
      await prisma.home.findUnique({
        where: { hostId_title: { hostId: 1, title: 'Flat' } },
        select: { rooms: true },
      }),
      await prisma.home.findFirst({ where: { title: 'none' } }),
    ],
    'aggregate and group': async () => [
      await prisma.booking.aggregate({
        _sum: { nights: true },
        _avg: { nights: true },
        _max: { day: true },
        _count: true,
      }),
      await prisma.home.groupBy({
        by: ['hostId'],
        _sum: { price: true },
        _count: { _all: true },
        having: { price: { _avg: { gt: 1 } } },
      }),
      await prisma.user.count({ where: { role: 'HOST' } }),
    ],
    'many to many': () =>
      prisma.amenity.findMany({ where: { homes: { none: {} } }, orderBy: { name: 'asc' } }),
    distinct: () => prisma.booking.findMany({ distinct: ['guestId'], select: { guestId: true } }),
    'raw query': () =>
      prisma.$queryRaw`SELECT title, price, visits, tags FROM "Home" WHERE rooms >= ${1} ORDER BY title`,
    'raw command': () => prisma.$executeRaw`UPDATE "Home" SET rooms = rooms + ${1}::smallint`,
  }
}

function transactionScenarios(prisma: PrismaClient): Scenarios {
  return {
    'a batch': () =>
      prisma.$transaction(
        [prisma.amenity.create({ data: { name: 'piano' } }), prisma.amenity.count()],
        { isolationLevel: 'Serializable' },
      ),
    'a batch that fails': async () => {
      const error = await prisma
        .$transaction([
          prisma.amenity.deleteMany(),
          prisma.amenity.create({ data: { id: 1, name: 'piano' } }),
          prisma.amenity.create({ data: { id: 1, name: 'x' } }),
        ])
        .catch(shown)
      return { error, left: await prisma.amenity.count() }
    },
    'an interactive one': () =>
      prisma.$transaction(async (tx) => {
        const home = await tx.home.update({
          where: { id: HOME },
          data: { visits: { decrement: 1 } },
        })
        return tx.home.findUniqueOrThrow({ where: { id: home.id }, select: { visits: true } })
      }),
    'an interactive one that rolls back': async () => {
      const error = await prisma
        .$transaction(async (tx) => {
          await tx.booking.deleteMany()
          throw new Error('no')
        })
        .catch(shown)
      return { error, left: await prisma.booking.count() }
    },
  }
}

function errorScenarios(prisma: PrismaClient): Scenarios {
  return {
    'unique violation': () => prisma.user.create({ data: { email: 'ann@x' } }).catch(shown),
    'unique violation of two columns': () =>
      prisma.home.create({ data: { title: 'Hut', price: 1, hostId: 1 } }).catch(shown),
    'foreign key violation': () =>
      prisma.home.create({ data: { title: 'x', price: 1, hostId: 99 } }).catch(shown),
    'restricted delete': () => prisma.user.delete({ where: { email: 'ann@x' } }).catch(shown),
    'record not found': () =>
      prisma.home
        .update({ where: { id: '44444444-4444-4444-8444-000000000000' }, data: { rooms: 2 } })
        .catch(shown),
    'value out of range': () =>
      prisma.home.update({ where: { id: HOME }, data: { rooms: 40_000 } }).catch(shown),
    'raw error': () => prisma.$queryRaw`SELECT 1 / 0`.catch(shown),
    'cascading delete': async () => {
      await prisma.booking.deleteMany({ where: { guestId: 2 } })
      await prisma.home.deleteMany()
      await prisma.user.delete({ where: { email: 'ann@x' } })
      return [await prisma.profile.count(), await prisma.user.count()]
    },
  }
}

/** Messages quote the caller's source; what a program acts on is the code and what it is about. */
function shown(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error
  return { code: error.code, model: error.meta?.['modelName'], cause: causeOf(error) }
}

function causeOf({ meta }: Prisma.PrismaClientKnownRequestError): unknown {
  const adapterError = meta?.['driverAdapterError']
  if (!(adapterError instanceof Error)) return undefined
  // One adapter names the index, the other its columns.
  return { ...(adapterError.cause as object), constraint: undefined } // an adapter's error has fields
}
