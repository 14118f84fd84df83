import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer, connect as dial } from "node:net";
import { parseArgs } from "node:util";

/**
 * The two ends of a conversation, run inside a namespace by `test/outside.ts`: `serve` answers on TCP and UDP ports with the
 * address it was asked from, `probe` asks and prints what it was answered.
 */
export interface Probe {
  kind: "tcp" | "udp" | "ping";
  address: string;
  port?: number;
}

/** "name address" of the server and of whom it saw; "yes" for a ping; null if there was no answer. */
export type Answer = string | null;

const patienceMs = 900;

async function serve(name: string, ports: { tcp: number[]; udp: number[] }): Promise<void> {
  const listening = ports.tcp.map((port) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(`${name} ${plain(socket.remoteAddress ?? "")}`);
    });
    return new Promise((resolve) => server.listen(port, "::", () => resolve(null)));
  });
  const bound = ports.udp.map((port) => {
    const socket = createSocket("udp6");
    socket.on("message", (_message, from) => socket.send(`${name} ${plain(from.address)}`, from.port, from.address));
    return new Promise((resolve) => socket.bind(port, "::", () => resolve(null)));
  });
  await Promise.all([...listening, ...bound]);
  process.stdout.write("ready\n");
}

function ask({ kind, address, port = 0 }: Probe): Promise<Answer> {
  if (kind === "tcp") return askTcp(address, port);
  if (kind === "udp") return askUdp(address, port);
  return new Promise((resolve) => {
    execFile("ping", ["-c1", "-W1", "-q", address], (error) => resolve(error ? null : "yes"));
  });
}

function askTcp(address: string, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = dial({ host: address, port });
    let said = "";
    const end = (answer: Answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, () => end(null));
    socket.on("error", () => end(null));
    socket.on("data", (data) => {
      said += data;
    });
    socket.on("close", () => end(said || null));
  });
}

/** Asks again: the first datagram to a neighbour that is not known yet may be lost. */
function askUdp(address: string, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    const again = setInterval(() => socket.send("hello", port, address, () => {}), 250);
    const end = (answer: Answer) => {
      clearInterval(again);
      clearTimeout(enough);
      socket.close();
      resolve(answer);
    };
    const enough = setTimeout(() => end(null), patienceMs);
    socket.on("error", () => {});
    socket.on("message", (message) => end(message.toString()));
    socket.send("hello", port, address, () => {});
  });
}

const plain = (address: string): string => address.replace(/^::ffff:/, "");

const [role, first = "", second = "{}"] = parseArgs({ allowPositionals: true }).positionals;
if (role === "serve") await serve(first, JSON.parse(second));
if (role === "probe") {
  const probes: Probe[] = JSON.parse(first);
  process.stdout.write(JSON.stringify(await Promise.all(probes.map(ask))));
}
