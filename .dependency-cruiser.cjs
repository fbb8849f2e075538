// The floors of src, lowest first: an import goes to a lower floor or stays in its room, and type-only imports count.
// A room is a folder of src, or a file that lies directly in it; what is not named here stands on the top floor.
const floors = [
  ["core"],
  ["input"],
  ["config", "failure"],
  ["estimator", "progress", "carry"],
  ["job-spec"],
  ["drivers", "policies", "placement", "store"],
  ["engine"],
  ["metrics", "webhooks"],
  ["api", "sim"],
  ["simulate"],
];
const pureRooms = ["core", "policies", "placement", "estimator", "progress"];

const inside = (rooms) => `^src/(${rooms.join("|")})(/|\\.ts$)`;

const floorRules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `floor-of-${room}`,
    comment: `${room} imports from the floors below it only, never from a neighbour or from above.`,
    severity: "error",
    from: { path: inside([room]) },
    to: { path: "^src/", pathNot: inside([room, ...floors.slice(0, floor).flat()]) },
  })),
);

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: "sim-and-engine-are-strangers",
      comment: "Both drive the same core: one with a virtual clock, one live.",
      severity: "error",
      from: { path: inside(["sim"]) },
      to: { path: inside(["engine"]) },
    },
    {
      name: "every-folder-has-a-floor",
      comment: "A new folder of src is given its floor in .dependency-cruiser.cjs.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: inside(floors.flat()) },
      to: {},
    },
    {
      name: "pure-rooms-do-no-io",
      comment: "Nothing of Node's own in a pure room.",
      severity: "error",
      from: { path: inside(pureRooms) },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-stands-alone",
      comment: "The core imports nothing from outside itself, no package either.",
      severity: "error",
      from: { path: inside(["core"]) },
      to: { pathNot: inside(["core"]) },
    },
    {
      name: "src-knows-no-clients",
      comment: "The server does not know who calls it, nor its tests and measurements.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(clients|test|bench|scripts)/" },
    },
    {
      name: "clients-know-no-src",
      comment: "Clients know the server by schema.graphql only.",
      severity: "error",
      from: { path: "^clients/" },
      to: { path: "^(src|migrations|test|bench|scripts)/" },
    },
    {
      name: "sdk-stands-alone",
      comment: "The SDK knows none of its users.",
      severity: "error",
      from: { path: "^clients/sdk/" },
      to: { path: "^clients/(?!sdk/)" },
    },
    {
      name: "clients-use-the-sdk-only",
      comment: "The clients share the SDK and nothing else.",
      severity: "error",
      from: { path: "^clients/(?!sdk/)([^/]+)/" },
      to: { path: "^clients/", pathNot: "^clients/(sdk|$1)/" },
    },
    {
      name: "schema-migrations-stand-alone",
      comment: "A schema migration must do tomorrow what it did when it was written.",
      severity: "error",
      from: { path: "^migrations/" },
      to: { path: "^(src|clients|test|bench)/" },
    },
    {
      name: "no-circle",
      comment: "Two files that import each other are one file, or hide a third; types count.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-dev-dependency-at-run-time",
      severity: "error",
      from: { path: "^(src|migrations|clients)/", pathNot: "^clients/web/" }, // which Vite bundles
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
