import type { EventEmitter } from "node:events";
import type { Engine } from "../../database/engine.js";
import type { Caller } from "../../database/wire/caller.js";
import { contextAdapter } from "../../database/wire/prisma-adapter.js";
import { AzoraError } from "../../errors.js";
import { type ConstraintFields, readConstraintFields } from "../constraint-fields.js";
import { type RelationFields, readRelationFields } from "../relation-fields.js";
import type { DataModel, ScopedSchema } from "../scope-args.js";
import { type AccountKeys, readAccountKeys } from "../unique-keys.js";
import { sharedCompiler } from "./compiler.js";
import { type Call, type ClientInternals, type EngineClass, internalsOf, type PrismaClientClass } from "./internals.js";
import { Lanes } from "./lanes.js";
import { LogHealth } from "./log-health.js";
import { TenantEngine } from "./tenant-engine.js";

/** Changes a call on its way, and its error on the way back. */
export type Around = (call: Call, execute: (call: Call) => Promise<unknown>) => Promise<unknown>;

type RequestHandlerClass = new (client: object, events: EventEmitter) => object;

/** What all tenants' clients of one client class on one database have in common. */
export class Platform implements ScopedSchema {
  readonly #base: ClientInternals;
  readonly #lanes: Lanes;
  readonly model: DataModel;
  readonly keys: AccountKeys;
  readonly relations: RelationFields;
  readonly constraints: ConstraintFields;

  constructor(database: Engine, Client: PrismaClientClass, accountField: string) {
    // It never sends anything: it is what the clients inherit.
    const base = new Client({ adapter: contextAdapter(database, NOBODY) });
    this.#base = internalsOf(base);
    const { _engine, _engineConfig, _runtimeDataModel } = this.#base;
    this.model = _runtimeDataModel;
    this.keys = readAccountKeys(_engineConfig.inlineSchema, accountField);
    this.relations = readRelationFields(_engineConfig.inlineSchema, accountField);
    this.constraints = readConstraintFields(_engineConfig.inlineSchema, accountField);
    this.#lanes = new Lanes({
      database,
      EngineClass: _engine.constructor as EngineClass,
      config: _engineConfig,
      compiler: sharedCompiler(this.#base),
      health: new LogHealth(),
    });
  }

  /**
   * A client that speaks for `caller` and has its own turn of merging `findUnique` calls.
   * @param around stands around each call; an extension would do that too, and copy all arguments first
   * @param events where `$on` listens
   */
  client(caller: Caller, around: Around, events: EventEmitter): object {
    const execute = this.#base._executeRequest;
    const client = Object.create(this.#base, { _engine: { value: new TenantEngine(this.#lanes, caller) } });
    const RequestHandler = this.#base._requestHandler.constructor as RequestHandlerClass;
    return Object.defineProperties(client, {
      _requestHandler: { value: new RequestHandler(client, events) },
      _originalClient: { value: client },
      _executeRequest: {
        // `this` may be an extension of the client, or its view of a transaction.
        value(this: object, call: Call) {
          return around(call, (changed) => execute.call(this as ClientInternals, changed));
        },
      },
    });
  }
}

const NOBODY = {
  caller(): never {
    throw new AzoraError("FAILURE", "A statement without a tenant left a Prisma client. Please report this.");
  },
  takeTag: () => undefined,
  transaction: () => () => undefined,
  track: <T>(work: Promise<T>) => work,
  onCommitting: () => undefined,
};

const platforms = new WeakMap<Engine, Map<string, WeakMap<PrismaClientClass, Platform>>>();

/** The platform of a client class on a database, made when it is first asked for. */
export function platformOf(database: Engine, Client: PrismaClientClass, accountField: string): Platform {
  const byField = platforms.get(database) ?? new Map<string, WeakMap<PrismaClientClass, Platform>>();
  platforms.set(database, byField);
  const byClient = byField.get(accountField) ?? new WeakMap<PrismaClientClass, Platform>();
  byField.set(accountField, byClient);
  const platform = byClient.get(Client) ?? new Platform(database, Client, accountField);
  byClient.set(Client, platform);
  return platform;
}
