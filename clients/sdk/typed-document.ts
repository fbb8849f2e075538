/** Any JSON value: labels, variables, metrics, options. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

declare const types: unique symbol;

/** The text of an operation that knows the types of its result and of its variables. */
export type TypedDocument<Result, Variables> = string & { readonly [types]?: (variables: Variables) => Result };
