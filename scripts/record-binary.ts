/** Records from a PostgreSQL server what the binary forms of test/wire/binary-values.ts are: `node scripts/record-binary.ts <port> <user>`. */
import { writeFileSync } from 'node:fs'
import { binaryCases } from '../test/wire/binary-values.ts'
import { RawClient, binaryValue, textOfBinary } from '../test/wire/raw-client.ts'

const [port = '5432', user = 'postgres'] = process.argv.slice(2)
const client = await RawClient.login(Number(port), user, 'postgres')
await binaryValue(client, `set_config('timezone', 'UTC', false)`)
const recorded: { readonly expression: string; readonly hex: string; readonly text: string }[] = []
for (const { type, expression } of binaryCases()) {
  const hex = await binaryValue(client, expression)
  recorded.push({ expression, hex, text: await textOfBinary(client, type, hex) })
}
const file = new URL('../test/wire/binary.recorded.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(recorded, undefined, 1)}\n`)
client.close()
