import { spawn } from "node:child_process";
import { once } from "node:events";

const port = 4001;
/** Prints the bits per second at which what follows the first `skip` bytes arrives, when all have. */
const receiver = `
const [address, skip, bytes] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
let received = 0, began;
require("node:net").createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => {
    received += data.length;
    if (received >= skip) began ??= { at: process.hrtime.bigint(), received };
    if (received < skip + bytes) return;
    const seconds = Number(process.hrtime.bigint() - began.at) / 1e9;
    console.log(((received - began.received) * 8) / seconds);
    process.exit();
  });
}).listen(port, address, () => console.log("ready"));`.replace("port", `${port}`);
const sender = `
const socket = require("node:net").connect(${port}, process.argv[1]);
const chunk = Buffer.alloc(65536);
const fill = () => { while (socket.write(chunk)); };
socket.on("connect", fill).on("drain", fill).on("error", () => process.exit());`;

/** Bits per second of one TCP stream to an address in the namespace `to`, over so many bytes after the start of the stream. */
export async function throughput(ends: { from: string; to: string; address: string }, bytes: number): Promise<number> {
  const inside = (ns: string, script: string, ...args: string[]) =>
    spawn("ip", ["netns", "exec", ns, process.execPath, "-e", script, ends.address, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  const receiving = inside(ends.to, receiver, String(bytes / 4), String(bytes));
  const said: string[] = [];
  receiving.stdout.on("data", (data) => said.push(String(data)));
  const ended = once(receiving, "exit");
  await once(receiving.stdout, "data");
  const sending = inside(ends.from, sender);
  try {
    await ended;
    return Number(said.join("").split("\n")[1]);
  } finally {
    receiving.kill();
    sending.kill();
  }
}
