// dist/: esm/ and cjs/ with their types, and backpack.js, one file for <script>, which defines `backpack`.
// `node build.mjs --script FILE` makes only that file; `--tests FOLDER` what tests need of TypeScript.
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
const common = { entryPoints: ["src/index.ts"], bundle: true, target: "es2022", logLevel: "warning" };
const script = { ...common, entryPoints: ["src/script.ts"], format: "iife", minify: true };

if (process.argv[2] === "--script") {
  await build({ ...script, outfile: process.argv[3] });
} else if (process.argv[2] === "--tests") {
  const tests = {
    ...common,
    entryPoints: ["test/play.ts", "test/page.ts", "test/crowd.ts", "test/upload.ts"],
    outdir: process.argv[3],
    format: "esm",
  };
  await build({ ...tests, platform: "node", outExtension: { ".js": ".mjs" } });
} else {
  rmSync("dist", { recursive: true, force: true });
  copyFileSync("../../LICENSE", "LICENSE"); // npm packs the one beside package.json
  await build({ ...common, format: "esm", outfile: "dist/esm/index.js", sourcemap: true });
  await build({ ...common, format: "cjs", outfile: "dist/cjs/index.js", sourcemap: true });
  await build({ ...script, outfile: "dist/backpack.js" });
  writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
  for (const folder of ["esm", "cjs"]) {
    const flags = ["-p", "tsconfig.build.json", "--outDir", `dist/${folder}`];
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", ...flags], { stdio: "inherit" });
    for (const name of readdirSync(`dist/${folder}`, { recursive: true })) {
      if (!name.endsWith(".d.ts")) continue;
      // The compiler leaves the sources' names in the types.
      const types = readFileSync(`dist/${folder}/${name}`, "utf8").replace(
        /(["'])(\.[^"']*)\.ts\1/g,
        "$1$2.js$1",
      );
      writeFileSync(`dist/${folder}/${name}`, types);
    }
  }
}
