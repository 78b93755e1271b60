/** What finding and running a command takes of oclif: in one piece, so that it is loaded late and at once. */
export { Config, Plugin } from "@oclif/core/config";
export { settings } from "@oclif/core/settings";
