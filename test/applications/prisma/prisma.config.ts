import { defineConfig } from 'prisma/config'

// oxlint-disable-next-line import/no-default-export -- Prisma reads the default export
export default defineConfig({ schema: 'schema.prisma' })
