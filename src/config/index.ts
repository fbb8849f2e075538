export type { Config, GpuConfig, LogLevel, SchedulingConfig, ServerConfig } from "./config.ts";
export { type ContainersConfig, defaultContainers } from "./containers.ts";
export { type Endpoint, isLoopback, parseEndpoint } from "./endpoint.ts";
export type { ImagesConfig, RegistryConfig } from "./images.ts";
export { CONFIG_FILE, type ConfigRequest, loadConfig } from "./load.ts";
export { guardsFrom } from "./scheduling.ts";
export { serverName } from "./schema.ts";
export { serverConfigFrom } from "./servers.ts";
export type { Environment, SettingName } from "./settings.ts";
