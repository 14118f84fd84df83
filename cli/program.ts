import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addEndpointCommands } from "./endpoint.ts";
import { addFirewallCommands } from "./firewall.ts";
import { addHistoryCommands } from "./history.ts";
import { addIpamCommands } from "./ipam.ts";
import { addLinkCommands } from "./link.ts";
import { addNetworkCommands } from "./network.ts";
import { addPortCommands } from "./port.ts";
import { addSandboxCommands } from "./sandbox.ts";
import { addStatusCommand } from "./status.ts";
import { addUserCommands } from "./user.ts";

const epilogue = `
Examples:
  ./patchbay network create web
  ./patchbay network connect web web-1 --create
  ./patchbay network connect web web-2 --create -p 8080:80
  ./patchbay sandbox exec web-1 -- ping -c1 172.17.0.3
  ./patchbay port ls
  ./patchbay link create web-1 host
  ./patchbay history
  ./patchbay network rm -f web

Objects are written as their name, their id or the beginning of it; an endpoint also as "network/name".
Every command takes --json, and what changes something --dry-run. "./patchbay COMMAND VERB --help" tells more.

Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 no daemon; of sandbox exec the program's own.`;

/** The whole command line. Parsing throws commander's errors instead of ending the process. */
export function createProgram(): Command {
  const program = new Command("patchbay")
    .description("networks, sandboxes and endpoints of this host, by the Container Network Model")
    .version(packageJson.version)
    .exitOverride()
    // main.ts writes errors, all in one way.
    .configureOutput({ outputError: () => {} })
    .enablePositionalOptions()
    .addHelpText("after", epilogue);
  addNetworkCommands(program);
  addSandboxCommands(program);
  addEndpointCommands(program);
  addLinkCommands(program);
  addPortCommands(program);
  addIpamCommands(program);
  addFirewallCommands(program);
  addHistoryCommands(program);
  addStatusCommand(program);
  addUserCommands(program);
  return program;
}
