/**
 * Preloaded into wrangler: when the process that holds the other end of stdin is gone, even by kill -9, wrangler ends too
 * and takes workerd with it, so that the port and the data folder are free again.
 */
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'))
process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'))
process.stdin.resume()
process.stdin.unref?.()
