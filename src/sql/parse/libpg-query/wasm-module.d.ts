/** What an imported .wasm file is, to wrangler's bundler. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
