/** The import table of docs/architecture.md as rules; the names read as sentences. */
const web = "^(app|components)/";
const pure = "^node_modules/(zod|ipaddr[.]js)/";
const tests = "[.]test[.]tsx?$";
const error = "error";
export default {
  forbidden: [
    {
      name: "no-circles",
      severity: error,
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "cnm-imports-only-pure-libraries",
      severity: error,
      from: { path: "^cnm/", pathNot: tests },
      to: { pathNot: `^cnm/|${pure}` },
    },
    {
      name: "the-web-knows-only-the-routers-type",
      severity: error,
      from: { path: web },
      to: { path: "^server/", pathNot: "^server/router/index[.]ts$" },
    },
    {
      name: "the-web-never-loads-the-daemon",
      severity: error,
      from: { path: web },
      to: { path: "^server/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "components-know-no-node",
      severity: error,
      from: { path: "^components/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "the-router-calls-the-controller",
      severity: error,
      from: { path: "^server/router/", pathNot: tests },
      to: { path: "^server/", pathNot: "^server/(router|controller|auth)/" },
    },
    {
      name: "the-controller-sees-the-kernel-as-an-interface",
      severity: error,
      from: { path: "^server/controller/", pathNot: tests },
      to: {
        path: "^server/",
        pathNot: "^server/(controller|drivers|ipam|store)/|^server/kernel/(objects|steps|names)[.]ts$",
      },
    },
    {
      name: "drivers-do-not-know-each-other",
      severity: error,
      from: { path: "^server/drivers/([^/]+)/", pathNot: tests },
      to: { path: "^server/drivers/[^/]+/", pathNot: "^server/drivers/$1/" },
    },
    {
      name: "drivers-ask-for-kernel-objects-and-no-more",
      severity: error,
      from: { path: "^server/drivers/", pathNot: tests },
      to: { path: "^server/", pathNot: "^server/drivers/|^server/kernel/(objects|names)[.]ts$" },
    },
    {
      name: "the-resolvers-know-the-model-and-the-kernel",
      severity: error,
      from: { path: "^server/dns/", pathNot: tests },
      to: { path: "^(server|app|components)/", pathNot: "^server/(dns|kernel)/" },
    },
    {
      name: "the-kernel-is-the-bottom",
      severity: error,
      from: { path: "^server/kernel/", pathNot: tests },
      to: { path: "^(server|app|components)/", pathNot: "^server/kernel/" },
    },
    {
      name: "container-engines-are-asked-by-nobody-but-main",
      severity: error,
      from: { path: "^server/", pathNot: `^server/(main[.]ts$|containers/)|${tests}` },
      to: { path: "^server/containers/" },
    },
    {
      name: "only-the-kernel-spawns",
      severity: error,
      from: { path: "^(server|cnm|app|components)/", pathNot: `^server/kernel/|${tests}` },
      to: { path: "^(node:)?child_process$" },
    },
    {
      name: "only-the-kernel-makes-system-calls",
      severity: error,
      from: { path: "^(server|cnm|app|components|cli)/", pathNot: "^server/kernel/" },
      to: { path: "^node_modules/koffi/" },
    },
    {
      name: "only-the-store-opens-the-database",
      severity: error,
      from: { path: "^(server|cli|app|components)/", pathNot: "^server/store/" },
      to: { path: "@prisma|better-sqlite3|^generated/" },
    },
    {
      name: "only-main-reads-the-environment",
      severity: error,
      from: { path: "^server/", pathNot: `^server/main[.]ts$|${tests}` },
      to: { path: "^(node:)?dotenv$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^generated/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js"],
    },
  },
};
