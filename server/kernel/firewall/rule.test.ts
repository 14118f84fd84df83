import { describe, expect, test } from "vitest";
import { networkOf4, networkOf6 } from "./objects.fixture.ts";
import { endsAll, normalRule, targetOf } from "./rule.ts";

describe("normalRule", () => {
  test.for([
    ["-s 10.0.0.5 -j RETURN", "-s 10.0.0.5/32 -j RETURN"],
    ["-d fd00::1 -j RETURN", "-d fd00::1/128 -j RETURN"],
    ["-d FD00:0::1/128 -j RETURN", "-d fd00::1/128 -j RETURN"],
    ["-s 10.0.0.5/8 -j RETURN", "-s 10.0.0.0/8 -j RETURN"],
    ["-s 0.0.0.0/0 -d ::/0 -j RETURN", "-j RETURN"],
    ["! --source 10.0.0.5 ! --in-interface pb-1 -j DROP", "! -s 10.0.0.5/32 ! -i pb-1 -j DROP"],
    ["-o b -i a -d 10.0.0.2 -s 10.0.0.1 -j DROP", "-s 10.0.0.1/32 -d 10.0.0.2/32 -i a -o b -j DROP"],
    ["-p tcp --dport 80 -j ACCEPT", "-p tcp -m tcp --dport 80 -j ACCEPT"],
    ["-p 132 --destination-port 8000:8010 -j ACCEPT", "-p sctp -m sctp --dport 8000:8010 -j ACCEPT"],
    ["-p udp -m comment --comment x --dport 5 -j ACCEPT", "-p udp -m comment --comment x -m udp --dport 5 -j ACCEPT"],
    ["-p 1 -j RETURN", "-p icmp -j RETURN"],
    ["-p icmpv6 -m icmpv6 --icmpv6-type 135 -j RETURN", "-p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN"],
    ["-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"],
    ["-m conntrack ! --ctstate DNAT -j DROP", "-m conntrack ! --ctstate DNAT -j DROP"],
    ["-m addrtype ! --dst-type LOCAL -j RETURN", "-m addrtype ! --dst-type LOCAL -j RETURN"],
    ['-m comment --comment "patchbay" -j X', "-m comment --comment patchbay -j X"],
    ["-m comment --comment a:b -j X", '-m comment --comment "a:b" -j X'],
    [`-m comment --comment "a'b" -j X`, `-m comment --comment "a\\'b" -j X`],
    ['-m comment --comment "-j DROP" -j X', '-m comment --comment "-j DROP" -j X'],
    ['-m comment --comment "!" -j X', '-m comment --comment "!" -j X'],
    ['-i "eth+" -o $(reboot) -g X', "-i eth+ -o $(reboot) -g X"],
    ["--jump DNAT --to-destination 10.0.0.2:1000-1999/8000", "-j DNAT --to-destination 10.0.0.2:1000-1999/8000"],
    ["-j REJECT  --reject-with   icmp-port-unreachable", "-j REJECT --reject-with icmp-port-unreachable"],
    ["-m multiport --dports 80,90 -j ACCEPT", "-m multiport --dports 80,90 -j ACCEPT"],
    ["", ""],
  ] as const)("%s", ([text, normal]) => {
    expect(normalRule(text)).toBe(normal);
    expect(normalRule(normal)).toBe(normal);
  });

  test("leaves every rule that is written as iptables-save does as it is", () => {
    const rules = [...networkOf4(), ...networkOf6()].flatMap((object) =>
      object.kind === "rule" ? [object.rule] : (object.rules ?? []).filter((text) => !text.includes("icmpv6")),
    );
    expect(rules.map(normalRule)).toEqual(rules);
  });
});

test("targetOf", () => {
  const rules = [
    '-m comment --comment "-j DROP" -j PATCHBAY-A',
    "-i lo -g PATCHBAY-B",
    "-j DNAT --to-destination 1.1.1.1",
    "-s 1.1.1.1",
  ];
  expect(rules.map(targetOf)).toEqual(["PATCHBAY-A", "PATCHBAY-B", "DNAT", ""]);
});

test("endsAll", () => {
  const ending = ["-j DROP", "-j REJECT --reject-with icmp-host-prohibited", "-m comment --comment x -j DROP"];
  const passing = ["-i eth0 -j DROP", "-m conntrack --ctstate INVALID -j DROP", "-j ACCEPT", "-j DROPS", ""];
  expect([...ending, ...passing].filter(endsAll)).toEqual(ending);
});
