/** What stands in cases for values: variables that are looked up or taken, and words that match many. */

export type Variables = Record<string, unknown>;

const NAME = /^\$[A-Za-z]\w*(\.\w+)*$/;
const MATCHERS: Record<string, (value: unknown) => boolean> = {
  "<any>": (value) => value !== undefined,
  "<text>": (value) => typeof value === "string" && value !== "",
  "<number>": (value) => typeof value === "number",
  "<moment>": (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value),
  "<absent>": (value) => value === undefined,
};

/** What a step writes, with the variables' values. Throws where one has none. */
export function resolve(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") {
    if (NAME.test(value)) return variable(value.slice(1), variables);
    return value.replace(/\$\{([\w.]+)\}/g, (_, name: string) => String(variable(name, variables)));
  }
  if (Array.isArray(value)) return value.map((one) => resolve(one, variables));
  if (value === null || typeof value !== "object") return value;
  if ("$file" in value) return file(resolve(value.$file, variables) as FileSpec);
  if ("$text" in value) return "x".repeat(value.$text as number);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one, variables)]));
}

/** Where what is there differs from what is wanted; null: nowhere. Takes variables that have no value. */
export function difference(wanted: unknown, found: unknown, variables: Variables, path = ""): string | null {
  if (typeof wanted === "string" && wanted in MATCHERS) {
    return MATCHERS[wanted]!(found) ? null : `${path || "/"} is ${show(found)}, not ${wanted}`;
  }
  if (typeof wanted === "string" && NAME.test(wanted) && !(root(wanted) in variables)) {
    if (found === undefined) return `${path || "/"} isn't there`;
    variables[root(wanted)] = found;
    return null;
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return `${path || "/"} is ${show(found)}`;
    return first(wanted.map((one, at) => difference(one, found[at], variables, `${path}/${at}`)));
  }
  if (wanted !== null && typeof wanted === "object") {
    if (found === null || typeof found !== "object") return `${path || "/"} is ${show(found)}`;
    const fields = found as Record<string, unknown>;
    return first(
      Object.entries(wanted).map(([name, one]) =>
        difference(one, fields[name], variables, `${path}/${name}`),
      ),
    );
  }
  const value = resolve(wanted, variables);
  return value === found || (value === null && found === undefined && path === "")
    ? null
    : `${path || "/"} is ${show(found)}, not ${show(value)}`;
}

/** A value in a message. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

interface FileSpec {
  text?: string;
  size?: number;
  name?: string;
  type?: string;
}

function file({ text, size = 0, name = "file", type = "text/plain" }: FileSpec): File {
  if (text !== undefined) return new File([text], name, { type });
  const piece = new Blob([new Uint8Array(Math.min(size, 2 ** 20)).fill(120)]);
  const whole = Math.floor(size / 2 ** 20);
  return new File([...Array(whole).fill(piece), piece.slice(0, size - whole * piece.size)], name, { type });
}

function variable(name: string, variables: Variables): unknown {
  let value: unknown = variables;
  for (const part of name.split(".")) value = (value as Variables | undefined)?.[part];
  if (value === undefined) throw new Error(`$${name} has no value`);
  return value;
}

function root(name: string): string {
  return name.slice(1).split(".")[0]!;
}

function first(found: (string | null)[]): string | null {
  return found.find((one) => one !== null) ?? null;
}
