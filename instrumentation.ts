import type { IncomingMessage } from "node:http";

/**
 * The daemon limits logins per client address, so that address must be true: whatever a client says about itself in
 * `x-forwarded-for` is replaced by the address of its connection before Next.js sees the request.
 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { subscribe } = await import("node:diagnostics_channel");
    subscribe("http.server.request.start", (message) => {
      const { request } = message as { request: IncomingMessage };
      request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "unknown";
    });
  }
}
