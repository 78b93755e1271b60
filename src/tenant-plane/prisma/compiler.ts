import type { ClientInternals, CompilerLoader, QueryCompiler } from "./internals.js";

/** As many plans as Prisma's own cache keeps. */
const MOST = 1000;
/** Prisma doesn't keep these either: their values are part of the text. */
const CREATE_MANY = /^[^{]*\{[^{]*"action":"createMany/;

/**
 * One query compiler for all engines of a client class, and one memory of its plans: what
 * one tenant's request has compiled is there for all. A plan holds no values.
 */
export function sharedCompiler(base: ClientInternals): CompilerLoader {
  const plans = new Map<string, unknown>();
  let compiler: QueryCompiler | undefined;
  let loading: Promise<new (options: unknown) => QueryCompiler> | undefined;

  const compile = (query: string): unknown => {
    const plan = plans.get(query) ?? compiler?.compile(query);
    if (CREATE_MANY.test(query)) return plan;
    plans.delete(query);
    plans.set(query, plan);
    if (plans.size > MOST) plans.delete(plans.keys().next().value as string);
    return plan;
  };

  const load = async () => {
    // Prisma instantiates the compiler's WebAssembly once a process, when an engine starts.
    await base._engine.start();
    const { QueryCompiler } = await base._engineConfig.compilerWasm.getRuntime();
    await base._engine.stop();
    return class {
      constructor(options: unknown) {
        compiler ??= new QueryCompiler(options);
      }
      compile(query: string): unknown {
        return compile(query);
      }
      compileBatch(batch: string): unknown {
        return compiler?.compileBatch(batch);
      }
      free(): void {}
    };
  };

  return {
    loadQueryCompiler() {
      loading ??= load();
      return loading;
    },
  };
}
