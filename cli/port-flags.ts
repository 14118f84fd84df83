import type { Command } from "commander";
import { listOf, several } from "./options.ts";

/** What `withPortFlags` declares; false after "--no-…". */
export interface PortFlags {
  publish?: string[] | false;
  publishAll?: boolean;
  expose?: string[] | false;
  link?: string[] | false;
}

/** docker-run(1)'s flags about ports. */
export function withPortFlags(command: Command): Command {
  return command
    .option("-p, --publish <spec>", "publish ports, such as 8080:80 or 127.0.0.1:53:53/udp (repeatable)", several)
    .option("-P, --publish-all", "publish every exposed port, on any free one of the host")
    .option("--expose <port>", "a port that it serves, such as 80 or 8000-8010/udp (repeatable)", several)
    .option(
      "--link <target[:alias]>",
      "reach the exposed ports of another endpoint of the network (repeatable)",
      several,
    );
}

/** The fields of a command that the flags come to; what is not given is left out. */
export function portFields({ publish, publishAll, expose, link }: PortFlags) {
  return { publish: listOf(publish), publishAll, expose: listOf(expose), links: listOf(link) };
}
