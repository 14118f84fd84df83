// @ts-check
import { callerUid, systemPath } from "./checkout.mjs";
import { Refusal } from "./refusal.mjs";
import { run } from "./run.mjs";

/**
 * An /etc whose entries lead to those of the real one, but for an empty netns of its own. ip-netns(8) mounts what is in there
 * over files of /etc that are there and nowhere else: those that lead nowhere are made empty.
 */
export const privateEtc = [
  "mkdir -p /run/etc/.host /run/etc/netns",
  "mount --rbind /etc /run/etc/.host",
  "(cd /run/etc && find .host -mindepth 1 -maxdepth 1 ! -name .host ! -name netns -exec ln -s -t . {} +)",
  'for file in hosts hostname resolv.conf; do [ -e "/run/etc/$file" ] || { rm -f "/run/etc/$file"; : > "/run/etc/$file"; }; done',
  "mount --rbind /run/etc /etc",
].join(" && ");

const prepare = `mount -t tmpfs -o mode=0755 none /run && mkdir /run/netns && ${privateEtc} && ip link set lo up`;

/**
 * The command line that runs `command` as root of network and mount namespaces of its own, with an empty /run, an empty
 * /etc/netns and loopback up. Without root a user namespace (user_namespaces(7)) makes the caller root in there. The process keeps its id, and what
 * is made in there is gone with its last process.
 * @param {string[]} command @param {{ uid?: number }} [caller]
 */
export function privateNamespaces(command, { uid = callerUid() } = {}) {
  const user = uid === 0 ? [] : ["--user", "--map-root-user"];
  const unshare = ["unshare", ...user, "--net", "--mount", "--propagation", "private"];
  return [...unshare, "sh", "-c", `${prepare} && exec "$@"`, "sh", ...command];
}

const lacks = { bridge: 10, veth: 11 };
const probe = `ip link add pb0 type bridge || exit ${lacks.bridge}; ip link add pv0 type veth peer name pv1 || exit ${lacks.veth}`;

/**
 * Why Patchbay cannot work on this kernel, from how the probe ended in a scratch namespace; null if it can.
 * @param {{ code: number, output: string }} ended @param {{ uid: number, isolated: boolean }} how
 */
export function kernelRefusal({ code, output }, { uid, isolated }) {
  if (code === 0) return null;
  const words = output.trim().split("\n").at(-1);
  for (const [kind, exit] of Object.entries(lacks))
    if (code === exit)
      return `this kernel cannot make a ${kind} (${words}): load or build the module ${kind} (modprobe ${kind}) and run this again`;
  if (isolated && uid !== 0)
    return `this kernel lets nobody but root make namespaces (${words}): run sudo ./patchbay up --isolated, or allow it with sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu) or kernel.unprivileged_userns_clone=1 (older Debian)`;
  return `network namespaces cannot be made here (${words}): Patchbay needs CAP_SYS_ADMIN and CAP_NET_ADMIN and a kernel with CONFIG_NET_NS, so start it outside of a container, or in a privileged one`;
}

/** Tries what Patchbay needs of the kernel in a scratch namespace; refuses in one sentence. @param {{ isolated: boolean }} mode */
export async function checkKernel({ isolated }) {
  const uid = callerUid();
  const command = isolated ? privateNamespaces(["sh", "-c", probe]) : ["unshare", "--net", "sh", "-c", probe];
  const env = { ...process.env, PATH: systemPath(process.env.PATH), LC_ALL: "C" };
  const refusal = kernelRefusal(await run(command, { env }), { uid, isolated });
  if (refusal) throw new Refusal(refusal);
}
