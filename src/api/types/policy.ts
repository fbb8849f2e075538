import { Field, Float, ObjectType } from "type-graphql";
import type { PlacementRule } from "../../core/placement-rule.ts";
import type { OptionValue, PolicyEntry, PolicyOption } from "../../core/policy.ts";
import { Node } from "../relay.ts";
import { Json } from "../scalars.ts";
import { NeedEnum, OptionKindEnum } from "./enums.ts";

@ObjectType("PolicyOption", { description: "One setting of a policy." })
export class PolicyOptionView {
  @Field(() => String, { description: "Its name." })
  readonly name: string;

  @Field(() => String, { description: "What it does." })
  readonly description: string;

  @Field(() => OptionKindEnum, { description: "What its value is." })
  readonly kind: string;

  @Field(() => Json, { description: "Its value where none is given." })
  readonly default: OptionValue;

  @Field(() => [String], { nullable: true, description: "The values that it may have; null: any of its kind." })
  readonly choices: readonly string[] | null;

  @Field(() => Float, { nullable: true, description: "The least value, of each of several; null: no bound." })
  readonly min: number | null;

  @Field(() => Float, { nullable: true, description: "The greatest value, of each of several; null: no bound." })
  readonly max: number | null;

  @Field(() => Boolean, { description: "Is it of whole numbers only?" })
  readonly whole: boolean;

  constructor({ name, description, kind, default: value, choices, min, max, isWhole }: PolicyOption) {
    this.name = name;
    this.description = description;
    this.kind = kind;
    this.default = value;
    this.choices = choices ?? null;
    this.min = min ?? null;
    this.max = max ?? null;
    this.whole = isWhole ?? false;
  }
}

@ObjectType("Policy", { implements: Node, description: "A rule that decides who runs, with how much." })
export class PolicyView extends Node {
  readonly #entry: PolicyEntry;

  @Field(() => Boolean, { description: "Is it the one in force?" })
  readonly active: boolean;

  @Field(() => Json, { nullable: true, description: "The options that are in force; null unless it is the one." })
  readonly values: Readonly<Record<string, unknown>> | null;

  /** @param values its options when it is the one in force, else null */
  constructor(entry: PolicyEntry, values: Readonly<Record<string, unknown>> | null) {
    super(`policy:${entry.key}`);
    this.#entry = entry;
    this.active = values !== null;
    this.values = values;
  }

  @Field(() => String, { description: "The name by which it is set." })
  get key(): string {
    return this.#entry.key;
  }

  @Field(() => String, { description: "What it does." })
  get description(): string {
    return this.#entry.description;
  }

  @Field(() => [NeedEnum], {
    description: "What it looks at; what is not known it does without, as its description says.",
  })
  get needs(): readonly string[] {
    return this.#entry.needs;
  }

  @Field(() => Boolean, { description: "May it stop running work for other work?" })
  get preemptive(): boolean {
    return this.#entry.isPreemptive;
  }

  @Field(() => Boolean, { description: "Does it change the size of jobs?" })
  get elastic(): boolean {
    return this.#entry.isElastic;
  }

  @Field(() => [PolicyOptionView], { description: "Its settings." })
  get options(): PolicyOptionView[] {
    return this.#entry.options.map((option) => new PolicyOptionView(option));
  }
}

@ObjectType("Placement", {
  implements: Node,
  description: "A rule that decides where a job goes that fits in several places.",
})
export class PlacementView extends Node {
  @Field(() => String, { description: "The name by which it is set." })
  readonly key: string;

  @Field(() => String, { description: "What it does." })
  readonly description: string;

  @Field(() => Boolean, { description: "Is it the one in force?" })
  readonly active: boolean;

  constructor({ key, description }: PlacementRule, active: boolean) {
    super(`placement:${key}`);
    this.key = key;
    this.description = description;
    this.active = active;
  }
}
