import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const port = 4000;
const server = `
const udp = require("node:dgram").createSocket(process.argv[1].includes(":") ? "udp6" : "udp4");
udp.on("message", (message, from) => udp.send(message, from.port, from.address));
udp.bind(${port}, process.argv[1], () =>
  require("node:net").createServer((socket) => socket.pipe(socket)).listen(${port}, process.argv[1], () => console.log("ready")));`;
const client = `
const socket = require("node:net").connect(${port}, process.argv[1], () => socket.end("tcp"));
socket.on("data", (tcp) => {
  const udp = require("node:dgram").createSocket(process.argv[1].includes(":") ? "udp6" : "udp4");
  udp.on("message", (message) => { console.log(tcp + " " + message); udp.close(); });
  udp.send("udp", ${port}, process.argv[1]);
});`;

/** What comes back of "tcp" and "udp" sent by either from one namespace to an address in the other: "tcp udp". */
export async function exchanges(from: string, to: string, address: string): Promise<string> {
  const inside = (ns: string, script: string) => ["netns", "exec", ns, process.execPath, "-e", script, address];
  const echo = spawn("ip", inside(to, server), { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(echo.stdout, "data");
    const { stdout } = await promisify(execFile)("ip", inside(from, client), { timeout: 10_000 });
    return stdout.trim();
  } finally {
    echo.kill();
  }
}
