import { type NextRequest, NextResponse } from "next/server";

/**
 * Guards the pages: they are read and never posted to (there are no server actions), and each gets a content security policy
 * with its own nonce. The API is not in the matcher: it passes byte for byte, and the daemon guards it.
 */
export const config = { matcher: ["/((?!api/|_next/static/|icon.svg).*)"] };

export function proxy(request: NextRequest): NextResponse {
  if (request.method !== "GET" && request.method !== "HEAD")
    return new NextResponse("pages are only read", { status: 405, headers: { allow: "GET, HEAD" } });
  if (request.headers.has("next-action")) return new NextResponse("there are no server actions", { status: 400 });
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

/** Mantine and React Flow position elements with style attributes, which no nonce can cover: hence 'unsafe-inline' for styles only. */
function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
