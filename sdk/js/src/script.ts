/** One file for `<script>`: it defines `backpack`. */
import { BackpackError, createClient, createSdk } from "./index.ts";

Object.assign(globalThis, { backpack: { BackpackError, createClient, createSdk } });
