import { Command } from "commander";
import { expect, test } from "vitest";
import { endpointDraft, withEndpointFlags } from "./endpoint.ts";
import { failureOf, failureText } from "./errors.ts";

const declaration = () =>
  withEndpointFlags(new Command())
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .option("--no-publish")
    .option("--no-link");

const draft = (line: string) => {
  const flags = declaration().parse(line.split(" "), { from: "user" }).opts();
  return endpointDraft({ network: "web", name: "a", flags });
};

/** What is written to stderr; "" if nothing is thrown. */
function refusal(act: () => unknown): string {
  try {
    act();
    return "";
  } catch (error) {
    return failureText(failureOf(error), false);
  }
}

test("docker-run's flags are the fields of a command", () => {
  expect(
    draft(
      "-p 8080:80 -p 127.0.0.1:53:53/udp --publish=[::1]:81:81 -P --expose 90 --expose 91-99/sctp --link db:database " +
        "--ip 10.8.0.9 --ip6 fd00::9 --mac-address 02:00:00:00:00:09 --network-alias a1 --label team=blue",
    ),
  ).toMatchInlineSnapshot(`
    {
      "aliases": [
        "a1",
      ],
      "driverOptions": undefined,
      "egress": undefined,
      "expose": [
        "90",
        "91-99/sctp",
      ],
      "gatewayPriority": undefined,
      "ingress": undefined,
      "interfaceName": undefined,
      "ipv4": "10.8.0.9",
      "ipv6": "fd00::9",
      "labels": {
        "team": "blue",
      },
      "links": [
        "db:database",
      ],
      "mac": "02:00:00:00:00:09",
      "name": "a",
      "network": "web",
      "publish": [
        "8080:80",
        "127.0.0.1:53:53/udp",
        "[::1]:81:81",
      ],
      "publishAll": true,
      "routes": undefined,
      "sysctls": undefined,
      "type": "endpoint.create",
    }
  `);
});

test("an interface is named by a flag or by Docker's label", () => {
  const label = "com.docker.network.endpoint.ifname";
  expect(draft("--interface-name uplink")).toMatchObject({ interfaceName: "uplink" });
  expect(draft(`--driver-opt ${label}=uplink`)).toMatchObject({ driverOptions: { [label]: "uplink" } });
  expect(refusal(() => draft("--interface-name a/b"))).toContain('--interface-name: "a/b" must be 1 to 15 letters');
  expect(refusal(() => draft("--driver-opt x=1 --driver-opt x"))).toMatchInlineSnapshot(`
    "patchbay: 2 things are wrong:
      --driver-opt: "x" must be written as name=value
      --driver-opt x: unknown option; an endpoint knows com.docker.network.endpoint.ifname and com.docker.network.endpoint.sysctls"
  `);
});

test("the flags have their old names as well", () => {
  const fields = { mac: "02:00:00:00:00:09", aliases: ["a1", "a2"] };
  expect(draft("--mac 02:00:00:00:00:09 --alias a1 --network-alias a2")).toMatchObject(fields);
});

test("what is said after --no-… counts", () => {
  expect(draft("-p 80 --no-publish --link db")).toMatchObject({ publish: [], links: ["db"] });
  expect(draft("-p 80 --no-publish -p 81 --link db --no-link")).toMatchObject({ publish: ["81"], links: [] });
});

test("every text that is wrong is shown as it was written", () => {
  const line = "-p 80 -p 8080:x --expose 0 --link db: --alias -x --link a:b:c -P --ip 10.0.0";
  expect(refusal(() => draft(line))).toMatchInlineSnapshot(`
      "patchbay: 6 things are wrong:
        --network-alias -x: must be 1 to 63 characters: letters, digits, '_', '.' or '-', the first a letter or a digit
        --ip: "10.0.0" is not a whole IPv4 address; it has four numbers, such as 172.17.0.1
        --expose 0: "0" is not a port from 1 to 65535 or a range such as 8000-8010
        --publish 8080:x: "x" is not a port from 1 to 65535 or a range such as 8000-8010
        --link db:: the alias "" must be a name
        --link a:b:c: "a:b:c" is not a link such as db:database"
    `);
});
