import { ArgsType, type ClassType, Field, ID, Int, InterfaceType, ObjectType } from "type-graphql";
import { type CursorKind, cursorOf, placeOf } from "./cursor.ts";
import { badInput } from "./errors.ts";
import { Cursor } from "./scalars.ts";

const DEFAULT_PAGE = 50;
const LONGEST_PAGE = 100;

@InterfaceType("Node", { description: "Anything that has an id of its own; `node(id)` finds it." })
export abstract class Node {
  @Field(() => ID, { description: "Unique among everything that has an id." })
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_PAGE,
    description: `At most so many; no more than ${LONGEST_PAGE}.`,
  })
  first?: number | null;

  @Field(() => Cursor, { nullable: true, description: "Begin behind this item." })
  after?: string | null;
}

@ObjectType("PageInfo", { description: "Where a page lies in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "Is there more behind this page?" })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Does the list begin before this page?" })
  hasPreviousPage!: boolean;

  @Field(() => Cursor, { nullable: true, description: "Of the first item; null on an empty page." })
  startCursor!: string | null;

  @Field(() => Cursor, { nullable: true, description: "Of the last item: give it as `after` to go on." })
  endCursor!: string | null;
}

interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

/** The types `<name>Connection` and `<name>Edge`. */
export function connectionType<T extends object>(name: string, node: () => ClassType<T>): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a list, and its place.` })
  class EdgeType {
    @Field(() => Cursor, { description: "Its place in the list." })
    cursor!: string;

    @Field(node, { description: `The ${name}.` })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class ConnectionType {
    @Field(() => [EdgeType], { description: "The items with their places." })
    edges!: EdgeType[];

    @Field(() => [node()], { description: "The items alone." })
    nodes!: T[];

    @Field(() => PageInfo, { description: "Where this page lies in the list." })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: "How many there are on all pages together." })
    totalCount!: number;
  }
  return ConnectionType;
}

/** `first` as asked for, or a refusal that names it. */
export function pageSize({ first }: PageArgs): number {
  const size = first ?? DEFAULT_PAGE;
  if (size >= 1 && size <= LONGEST_PAGE) return size;
  throw badInput("first", `it must be between 1 and ${LONGEST_PAGE}, not ${size}`);
}

/** A page of items that were read already. */
export function connection<T>(
  items: readonly T[],
  cursor: (item: T) => string,
  { hasMore, isLater, total }: { hasMore: boolean; isLater: boolean; total: number },
): Connection<T> {
  const edges = items.map((node) => ({ cursor: cursor(node), node }));
  return {
    edges,
    nodes: items,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: isLater,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: total,
  };
}

/** A page of a list that is at hand whole. */
export function pageOf<T>(
  all: readonly T[],
  page: PageArgs,
  kind: CursorKind,
  place: (item: T) => string | number,
): Connection<T> {
  const size = pageSize(page);
  const behind = page.after ? placeOf(kind, page.after) : null;
  const at = behind === null ? -1 : all.findIndex((item) => String(place(item)) === behind);
  if (behind !== null && at < 0) throw badInput("after", "what it points at is not in this list, or not any more");
  const items = all.slice(at + 1, at + 1 + size);
  return connection(items, (item) => cursorOf(kind, place(item)), {
    hasMore: at + 1 + size < all.length,
    isLater: at >= 0,
    total: all.length,
  });
}

/** What a list costs: each item as much as what is asked of it. */
export const costOfList = ({ args, childComplexity }: { args: { first?: number }; childComplexity: number }): number =>
  1 + Math.min(Math.max(args.first ?? DEFAULT_PAGE, 1), 1_000) * childComplexity;

/** What a list costs that has no pages since it is short. */
export const costOfFew = ({ childComplexity }: { childComplexity: number }): number => 1 + 8 * childComplexity;
