import { Alert, Text } from "@mantine/core";
import { userChain } from "#cnm/firewall.ts";
import { Copy } from "#components/inspector/facts.tsx";

const example = `iptables -I ${userChain} -s 192.0.2.0/24 -j DROP`;

/** Where a person's own rules belong. */
export function UserChain() {
  return (
    <Alert variant="default" mb="sm" p="sm" title={`${userChain} is yours: it is evaluated first`}>
      <Text size="sm">
        Everything that is forwarded passes it before any rule of Patchbay, which makes the chain and never changes what
        is in it. A rule of your own, for example: <code className="mono">{example}</code>
        <Copy text={example} label="example" />
      </Text>
    </Alert>
  );
}
