import { describe, expect, test } from "vitest";
import { plan } from "../plan/plan.ts";
import { bridgeObjects } from "../objects.fixture.ts";
import type { FirewallObject, KernelObject } from "../objects.ts";
import { render } from "../render.ts";
import { chain, networkOf4, networkOf6, rule } from "./objects.fixture.ts";

const commands = (want: KernelObject[], have: KernelObject[]): string => plan(want, have).map(render).join("\n");
const all = (): FirewallObject[] => [...networkOf4(), ...networkOf6()];

describe("the plan", () => {
  test("of what is so already is empty, however the rules are spelt", () => {
    expect(plan(all(), all())).toEqual([]);
    const [hook] = networkOf4().filter((object) => object.kind === "rule");
    expect(
      plan([{ ...hook!, rule: "--jump PATCHBAY-USER" }], [{ ...hook!, rule: "-s 0.0.0.0/0 -j PATCHBAY-USER" }]),
    ).toEqual([]);
  });

  test("isolates before there are links, and until there are none", () => {
    const want = [chain("filter", "N", ["-j DROP"]), rule("filter FORWARD", "-j PATCHBAY-N", { owner: "host" })];
    const [link] = bridgeObjects();
    expect(commands([link!, ...want], [])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      :PATCHBAY-N - [0:0]
      -A PATCHBAY-N -j DROP
      -A FORWARD -j PATCHBAY-N
      COMMIT
      END
      ip link add name pb-b00000000001 group 28770 address 02:42:ac:1e:00:01 type bridge no_linklocal_learn 1
      ip link set dev pb-b00000000001 alias 'patchbay network web' up"
    `);
    expect(commands([], [link!, ...want])).toMatchInlineSnapshot(`
      "ip link del dev pb-b00000000001
      iptables-restore --noflush -w 5 <<'END'
      *filter
      -D FORWARD -j PATCHBAY-N
      -F PATCHBAY-N
      -X PATCHBAY-N
      COMMIT
      END"
    `);
  });

  test("of a whole network, of both families", () => {
    expect(commands(all(), [])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *raw
      :PATCHBAY-PREROUTING - [0:0]
      -A PREROUTING -m comment --comment "patchbay host" -j PATCHBAY-PREROUTING
      -A PATCHBAY-PREROUTING ! -s 127.0.0.0/8 -d 172.30.0.2/32 ! -i pb-b00000000001 -m comment --comment "patchbay endpoint a" -j DROP
      COMMIT
      *filter
      -N PATCHBAY-USER
      :PATCHBAY-FORWARD - [0:0]
      :PATCHBAY-NETWORKS - [0:0]
      :PATCHBAY-IN-1 - [0:0]
      -A PATCHBAY-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "patchbay host" -j ACCEPT
      -A PATCHBAY-FORWARD -m comment --comment "patchbay host" -j PATCHBAY-NETWORKS
      -A FORWARD -m comment --comment "patchbay host" -j PATCHBAY-FORWARD
      -A PATCHBAY-NETWORKS -i pb-b00000000001 ! -o pb-b00000000001 -m comment --comment "patchbay network web" -j ACCEPT
      -A PATCHBAY-NETWORKS -o pb-b00000000001 -m comment --comment "patchbay network web" -j PATCHBAY-IN-1
      -A PATCHBAY-IN-1 -m conntrack --ctstate DNAT -m comment --comment "patchbay \\"web\\" it\\'s \\\\" -j ACCEPT
      -A PATCHBAY-IN-1 -p icmp -m comment --comment "patchbay network web" -j RETURN
      -A PATCHBAY-IN-1 -d 172.30.0.2/32 -p sctp -m sctp --dport 9 -m comment --comment "patchbay endpoint a" -j ACCEPT
      -A PATCHBAY-IN-1 -i pb-b00000000001 -o pb-b00000000001 -m comment --comment "patchbay network web" -j DROP
      -I FORWARD 1 -m comment --comment "patchbay host" -j PATCHBAY-USER
      COMMIT
      *nat
      :PATCHBAY-DNAT - [0:0]
      :PATCHBAY-POSTROUTING - [0:0]
      -A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -A PATCHBAY-DNAT -d 10.0.0.1/32 ! -i pb-b00000000001 -p tcp -m tcp --dport 80 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:8080
      -A PATCHBAY-DNAT -p udp -m udp --dport 8000:8010 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:8000-8010
      -A PATCHBAY-DNAT -p tcp -m tcp --dport 9000:9999 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:1000-1999/9000
      -A PATCHBAY-DNAT -p sctp -m sctp --dport 7 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:7
      -A POSTROUTING -m comment --comment "patchbay host" -j PATCHBAY-POSTROUTING
      -A PATCHBAY-POSTROUTING -s 172.30.0.0/16 ! -o pb-b00000000001 -m comment --comment "patchbay network web" -j MASQUERADE
      -A PATCHBAY-POSTROUTING -s 172.31.0.0/16 ! -o pb-b00000000001 -m comment --comment "patchbay network web" -j SNAT --to-source 10.0.0.9
      COMMIT
      END
      ip6tables-restore --noflush -w 5 <<'END'
      *filter
      :PATCHBAY-FORWARD - [0:0]
      -A PATCHBAY-FORWARD -p ipv6-icmp -m comment --comment "patchbay host" -j ACCEPT
      -A PATCHBAY-FORWARD -p icmpv6 -j RETURN
      -A FORWARD -m comment --comment "patchbay host" -j PATCHBAY-FORWARD
      COMMIT
      *nat
      :PATCHBAY-DNAT - [0:0]
      :PATCHBAY-POSTROUTING - [0:0]
      -A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -A PATCHBAY-DNAT -d fd00:1::1/128 ! -i pb-b00000000001 -p tcp -m tcp --dport 80 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:8080
      -A PATCHBAY-DNAT -p udp -m udp --dport 8000:8010 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:8000-8010
      -A PATCHBAY-DNAT -p tcp -m tcp --dport 9000:9999 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:1000-1999/9000
      -A PATCHBAY-DNAT -p sctp -m sctp --dport 7 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:7
      -A POSTROUTING -m comment --comment "patchbay host" -j PATCHBAY-POSTROUTING
      -A PATCHBAY-POSTROUTING -s fd00:0:0:1::/64 ! -o pb-b00000000001 -m comment --comment "patchbay web" -j SNAT --to-source fd00:1::9
      COMMIT
      END"
    `);
    expect(commands([], all())).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      -D PATCHBAY-IN-1 -d 172.30.0.2/32 -p sctp -m sctp --dport 9 -m comment --comment "patchbay endpoint a" -j ACCEPT
      COMMIT
      *nat
      -D PATCHBAY-DNAT -d 10.0.0.1/32 ! -i pb-b00000000001 -p tcp -m tcp --dport 80 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:8080
      -D PATCHBAY-DNAT -p udp -m udp --dport 8000:8010 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:8000-8010
      -D PATCHBAY-DNAT -p tcp -m tcp --dport 9000:9999 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:1000-1999/9000
      -D PATCHBAY-DNAT -p sctp -m sctp --dport 7 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination 172.30.0.2:7
      COMMIT
      END
      ip6tables-restore --noflush -w 5 <<'END'
      *nat
      -D PATCHBAY-DNAT -d fd00:1::1/128 ! -i pb-b00000000001 -p tcp -m tcp --dport 80 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:8080
      -D PATCHBAY-DNAT -p udp -m udp --dport 8000:8010 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:8000-8010
      -D PATCHBAY-DNAT -p tcp -m tcp --dport 9000:9999 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:1000-1999/9000
      -D PATCHBAY-DNAT -p sctp -m sctp --dport 7 -m comment --comment "patchbay endpoint a" -j DNAT --to-destination [fd00:30::2]:7
      COMMIT
      END
      iptables-restore --noflush -w 5 <<'END'
      *nat
      -D PREROUTING -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -D OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -D POSTROUTING -m comment --comment "patchbay host" -j PATCHBAY-POSTROUTING
      -F PATCHBAY-DNAT
      -F PATCHBAY-POSTROUTING
      -X PATCHBAY-DNAT
      -X PATCHBAY-POSTROUTING
      COMMIT
      *filter
      -D FORWARD -m comment --comment "patchbay host" -j PATCHBAY-USER
      -D FORWARD -m comment --comment "patchbay host" -j PATCHBAY-FORWARD
      -F PATCHBAY-FORWARD
      -F PATCHBAY-NETWORKS
      -F PATCHBAY-IN-1
      -X PATCHBAY-USER
      -X PATCHBAY-FORWARD
      -X PATCHBAY-NETWORKS
      -X PATCHBAY-IN-1
      COMMIT
      *raw
      -D PREROUTING -m comment --comment "patchbay host" -j PATCHBAY-PREROUTING
      -F PATCHBAY-PREROUTING
      -X PATCHBAY-PREROUTING
      COMMIT
      END
      ip6tables-restore --noflush -w 5 <<'END'
      *nat
      -D PREROUTING -m addrtype --dst-type LOCAL -m comment --comment "patchbay host" -j PATCHBAY-DNAT
      -D POSTROUTING -m comment --comment "patchbay host" -j PATCHBAY-POSTROUTING
      -F PATCHBAY-DNAT
      -F PATCHBAY-POSTROUTING
      -X PATCHBAY-DNAT
      -X PATCHBAY-POSTROUTING
      COMMIT
      *filter
      -D FORWARD -m comment --comment "patchbay host" -j PATCHBAY-FORWARD
      -F PATCHBAY-FORWARD
      -X PATCHBAY-FORWARD
      COMMIT
      END"
    `);
  });

  test("ends what an endpoint had first, and does not delete twice what goes with its chain", () => {
    const network = [chain("nat", "DNAT"), chain("filter", "IN"), rule("filter IN", "-j DROP")];
    const endpoint = [
      rule("nat DNAT", "-p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80", { owner: "endpoint" }),
      rule("filter IN", "-d 10.0.0.2/32 -j ACCEPT", { owner: "endpoint" }),
    ];
    expect(commands(network, [...network, ...endpoint])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      -D PATCHBAY-IN -d 10.0.0.2/32 -j ACCEPT
      COMMIT
      *nat
      -D PATCHBAY-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
      COMMIT
      END"
    `);
    expect(commands([], [...network, ...endpoint])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      -D PATCHBAY-IN -d 10.0.0.2/32 -j ACCEPT
      COMMIT
      *nat
      -D PATCHBAY-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
      COMMIT
      END
      iptables-restore --noflush -w 5 <<'END'
      *nat
      -F PATCHBAY-DNAT
      -X PATCHBAY-DNAT
      COMMIT
      *filter
      -F PATCHBAY-IN
      -X PATCHBAY-IN
      COMMIT
      END"
    `);
  });

  test("rewrites a chain that differs, and gives it back the rules that go with it", () => {
    const single = rule("filter A", "-j RETURN", { owner: "endpoint" });
    expect(commands([chain("filter", "A", ["-j DROP"])], [chain("filter", "A", ["-j ACCEPT"])])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      :PATCHBAY-A - [0:0]
      -A PATCHBAY-A -j DROP
      COMMIT
      END"
    `);
    expect(commands([chain("filter", "A"), single], [chain("filter", "A", ["-j ACCEPT"])])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      :PATCHBAY-A - [0:0]
      -A PATCHBAY-A -j RETURN
      COMMIT
      END"
    `);
    expect(commands([chain("filter", "A", [])], [chain("filter", "A"), single])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      :PATCHBAY-A - [0:0]
      COMMIT
      END"
    `);
  });

  test("inserts in the order that is wanted, and takes out what is there too often", () => {
    const [a, b] = ["A", "B"].map((name) =>
      rule("filter FORWARD", `-j PATCHBAY-${name}`, { place: "first", owner: "host" }),
    );
    expect(commands([a!, b!], [])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      -I FORWARD 1 -j PATCHBAY-B
      -I FORWARD 1 -j PATCHBAY-A
      COMMIT
      END"
    `);
    expect(commands([a!], [a!, a!, a!])).toMatchInlineSnapshot(`
      "iptables-restore --noflush -w 5 <<'END'
      *filter
      -D FORWARD -j PATCHBAY-A
      -D FORWARD -j PATCHBAY-A
      COMMIT
      END"
    `);
  });

  test("a rule is one line", () => {
    const steps = plan([rule("filter FORWARD", '-m comment --comment "a\n-F" -j PATCHBAY-A')], []);
    expect(() => steps.map(render)).toThrow("a rule is one line");
  });
});
