export type { Config, GpuConfig, LogLevel, ServerConfig } from "./config.ts";
export { type Endpoint, isLoopback, parseEndpoint } from "./endpoint.ts";
export { CONFIG_FILE, type ConfigRequest, loadConfig } from "./load.ts";
export { serverConfigFrom } from "./servers.ts";
export type { Environment, SettingName } from "./settings.ts";
