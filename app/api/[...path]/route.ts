import { forward } from "./forward.ts";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

const served = /^\/api\/(trpc|auth)\//;

async function handle(request: Request): Promise<Response> {
  if (!served.test(new URL(request.url).pathname)) return Response.json({ message: "no such path" }, { status: 404 });
  return forward(request, process.env.PATCHBAY_WEB_SOCKET ?? "/run/patchbay/web.sock");
}

export { handle as GET, handle as POST };
